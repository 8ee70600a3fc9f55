"""The documents' entry of one route, made of its description."""

from collections.abc import Iterable
from typing import Any

from ingest_api.openapi import families
from ingest_api.openapi.description import Body, Description, Example, Json, Parameter, Reply
from ingest_api.openapi.headers import header_references
from ingest_api.openapi.problems import problem_responses
from ingest_api.openapi.schemas import reference_or_schema

_GZIP = "`Content-Encoding: gzip` is accepted; the limit counts the inflated bytes."


def operation_entry(description: Description) -> Json:
    """An OpenAPI operation object."""
    entry: Json = {
        "operationId": description.operation_id,
        "summary": description.summary,
        "description": description.text,
        "tags": [description.tag],
        "security": families.SECURITY[description.family],
    }
    if description.parameters:
        entry["parameters"] = [
            _parameter(parameter, description) for parameter in description.parameters
        ]
    if description.body is not None:
        entry["requestBody"] = _request_body(description.body, description.examples)
    replies = {str(reply.status): _response(reply) for reply in description.replies}
    entry["responses"] = replies | problem_responses(codes_of(description))
    return entry


def codes_of(description: Description) -> set[str]:
    """Every problem that the route may answer."""
    codes = {*description.codes, *families.CODES[description.family], *families.ALWAYS}
    if description.body is not None:
        codes.update(families.BODY_CODES)
    if description.is_write:
        codes.update(families.WRITE_CODES)
        if description.family == "widget":
            codes.update(families.WIDGET_WRITE_CODES)
    return codes


def _parameter(parameter: Parameter, description: Description) -> Json:
    entry: Json = {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.text,
        "required": parameter.place == "path",
        "schema": dict(parameter.schema),
    }
    examples = {
        example.name: {"summary": example.summary, "value": value}
        for example in description.examples
        if (value := _given(parameter, example.path, example.query, example.headers)) is not None
    }
    if examples:
        entry["examples"] = examples
    elif parameter.example is not None:
        entry["schema"]["examples"] = [parameter.example]
    return entry


def _given(parameter: Parameter, *places: Any) -> Any:
    by_place = dict(zip(("path", "query", "header"), places, strict=True))
    return by_place[parameter.place].get(parameter.name)


def _request_body(body: Body, given: Iterable[Example]) -> Json:
    examples: dict[str, Json] = {}
    for example in given:
        shown = {"summary": example.summary, "value": example.body}
        examples.setdefault(example.media_type, {})[example.name] = shown
    content = {}
    for media_type, schema in body.schemas.items():
        content[media_type] = {"schema": _body_schema(media_type, schema)}
        if media_type in examples:
            content[media_type]["examples"] = examples[media_type]
    text = " ".join(part for part in (body.text, f"At most {body.limit}.", _GZIP) if part)
    return {"description": text, "required": True, "content": content}


def _body_schema(media_type: str, schema: Any) -> Json:
    described = reference_or_schema(schema)
    if media_type != "text/plain":
        return described
    return {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": described,
        "description": "JSON, as `navigator.sendBeacon` sends it.",
    }


def _response(reply: Reply) -> Json:
    entry: Json = {
        "description": reply.text,
        "headers": header_references(("X-Request-Id", *reply.headers)),
    }
    if reply.schema is None:
        return entry
    content: Json = {"schema": reference_or_schema(reply.schema)}
    if reply.example is not None:
        content["example"] = reply.example
    entry["content"] = {reply.media_type: content}
    return entry
