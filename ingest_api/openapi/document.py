"""The OpenAPI 3.1 document (contract §13), made once in a process."""

from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic import BaseModel

from config.version import VERSION
from ingest_api.answers import encode_json
from ingest_api.openapi.answers import Problem
from ingest_api.openapi.description import Description, RouteKey
from ingest_api.openapi.families import ENVELOPES, SECURITY_SCHEMES
from ingest_api.openapi.headers import HEADERS
from ingest_api.openapi.paths import codes_of, operation_entry
from ingest_api.openapi.problems import PROBLEMS, problem_example
from ingest_api.openapi.route_descriptions import DESCRIPTIONS
from ingest_api.openapi.schemas import is_ours, schemas_of
from ingest_api.openapi.shared import share_responses

_ABOUT = """\
Widgets, backends and integrations write through one durable mailbox per project, in one order.

- **Answers.** 200, 201 and 204 are committed. 202 is in the mailbox, durable and not applied yet;
  its receipt is at `Location`. 4xx is refused, and nothing was or will be applied. 503 is the only
  5xx: try again, with the same idempotency key.
- **Bodies** are strict UTF-8 JSON objects; `Content-Encoding: gzip` is accepted.
- **Retries.** `Idempotency-Key`, or `message_id` in the body: the first outcome again, with
  `Idempotent-Replayed: true`.
- **Problems** are `application/problem+json` (RFC 9457) with a stable `code`. A path that does not
  exist is 404 `not_found`, a method that a path does not take 405 `method_not_allowed`.
- Every `GET` answers `HEAD`; every path answers `OPTIONS` with `Allow`, on widget routes as a CORS
  preflight.
"""
_TAGS = {
    "Widget": "For browsers: `app_id` in the body, a publishable key, or a secret token.",
    "Contacts": "People, their links with companies, and the visitors that they are.",
    "Companies": "Accounts.",
    "Pipeline": "The stages that companies go through.",
    "Project": "Settings, keys and identity secrets.",
    "Operations": "What became of each write, and of those that were set aside.",
    "Batches": "Many operations in one request.",
    "Integrations": "Contacts for outside integrations, with an API key.",
    "Service": "Health, counters and documents; no credential.",
}


class DocumentBytes(NamedTuple):
    """The document as it is served, and the tag of this content."""

    body: bytes
    etag: str


@cache
def document_bytes() -> DocumentBytes:
    """The document as JSON."""
    body = encode_json(build_document(DESCRIPTIONS)).encode()
    return DocumentBytes(body, f'"{sha256(body).hexdigest()[:32]}"')


def build_document(descriptions: Mapping[RouteKey, Description]) -> dict[str, Any]:
    """The OpenAPI document of these routes."""
    paths: dict[str, Any] = {}
    for (method, path), description in descriptions.items():
        paths.setdefault(path, {})[method.lower()] = operation_entry(description)
    responses = share_responses(paths)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "hal-ingest",
            "version": VERSION,
            "description": _ABOUT,
        },
        "servers": [{"url": "/"}],
        "tags": [_tag(name) for name in _tags_of(descriptions.values())],
        "paths": paths,
        "components": {
            "schemas": _schemas(descriptions.values()),
            "responses": responses,
            "headers": HEADERS,
            "examples": _problem_examples(descriptions.values()),
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _tags_of(descriptions: Iterable[Description]) -> list[str]:
    return list(dict.fromkeys(description.tag for description in descriptions))


def _tag(name: str) -> dict[str, str]:
    return {"name": name, "description": _TAGS[name]}


def _problem_examples(descriptions: Iterable[Description]) -> dict[str, Any]:
    used = {code for description in descriptions for code in codes_of(description)}
    return {
        code: {"summary": known.text, "value": problem_example(code)}
        for code, known in PROBLEMS.items()
        if code in used
    }


def _schemas(descriptions: Iterable[Description]) -> dict[str, Any]:
    types: set[type] = {Problem}
    envelopes: dict[type, type[BaseModel]] = {}
    for description in descriptions:
        types.update(reply.schema for reply in description.replies if is_ours(reply.schema))
        if description.body is not None:
            bodies = {schema for schema in description.body.schemas.values() if is_ours(schema)}
            types.update(bodies)
            usual = dict.fromkeys(bodies, ENVELOPES[description.family])
            envelopes.update(usual if (own := description.body.envelopes) is None else own)
    return schemas_of(types, envelopes)
