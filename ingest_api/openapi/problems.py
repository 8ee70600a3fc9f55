"""The problems of the contract (§4): their status, what they mean, and the answers that say so."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ingest_api.errors import Problem
from ingest_api.openapi.example_ids import CONTACT_ID
from ingest_api.openapi.headers import RATE_LIMIT_HEADERS, header_references
from models.outcomes import Fault

EXAMPLE_REQUEST_ID = "req_5f1d0c3b9a7e42d8b6c1a0f4"
EXAMPLE_HOLDER_ID = CONTACT_ID


@dataclass(frozen=True, slots=True)
class Code:
    """A stable code: its status and meaning, and the field at fault where there is one."""

    status: int
    text: str
    pointer: str | None = None
    holder_id: str | None = None


PROBLEMS: dict[str, Code] = {
    "invalid_json": Code(400, "The body is no strict JSON."),
    "invalid_request": Code(
        400, "A wrong type, a missing or unknown field, a string over its limit, a bad query."
    ),
    "project_mismatch": Code(400, "app_id and project_id name two projects."),
    "invalid_visitor_id": Code(400, "Empty, or a value that identifies nobody.", "/visitor_id"),
    "invalid_user_id": Code(400, "A value that identifies nobody.", "/user_id"),
    "invalid_company_id": Code(400, "Empty, or a value that identifies nothing.", "/company_id"),
    "invalid_external_id": Code(400, "Empty, or a value that identifies nothing.", "/external_id"),
    "invalid_email": Code(400, "No email address.", "/email"),
    "invalid_event_name": Code(400, "Missing, no string, blank or too long.", "/name"),
    "invalid_event_value": Code(400, "No scalar, or too long a string.", "/value"),
    "invalid_stage_update_mode": Code(400, "Neither advance_only nor exact.", "/stage_update_mode"),
    "metadata_too_large": Code(400, "Over a limit, in the request or in the record.", "/metadata"),
    "field_not_writable": Code(400, "This route does not write the field.", "/metadata"),
    "visitor_not_linked": Code(400, "The visitor has no contact, or that one no company."),
    "company_not_linked": Code(400, "That company is not linked to the contact.", "/company_id"),
    "company_ambiguous": Code(400, "Several companies, none active: name one.", "/company_id"),
    "stage_not_found": Code(400, "The pipeline has no stage of this name.", "/stage_name"),
    "unauthenticated": Code(401, "No valid credential or project."),
    "identity_verification_failed": Code(401, "A proof is missing or does not hold."),
    "forbidden": Code(403, "A valid credential that does not open this route."),
    "origin_not_allowed": Code(403, "The project does not allow this origin."),
    "exact_not_allowed": Code(403, "The project takes exact stages from its backend only."),
    "not_found": Code(404, "No such record in this project."),
    "operation_not_found": Code(404, "No such operation in this project."),
    "visitor_not_found": Code(404, "No such visitor in this project."),
    "request_timeout": Code(408, "The body did not arrive in time."),
    "email_taken": Code(
        409, "Another record has the value.", "/email", holder_id=EXAMPLE_HOLDER_ID
    ),
    "user_id_taken": Code(
        409, "Another record has the value.", "/user_id", holder_id=EXAMPLE_HOLDER_ID
    ),
    "external_id_taken": Code(
        409, "Another record has the value.", "/external_id", holder_id=EXAMPLE_HOLDER_ID
    ),
    "stage_name_taken": Code(
        409, "Another record has the value.", "/name", holder_id=EXAMPLE_HOLDER_ID
    ),
    "stage_in_use": Code(409, "Companies stand in the stage."),
    "too_many_identity_secrets": Code(409, "Two identity secrets are live already."),
    "dead_letter_malformed": Code(409, "What was set aside is no operation: discard it."),
    "dead_letter_replayed": Code(409, "It was replayed or discarded before."),
    "payload_too_large": Code(413, "The body is over its limit."),
    "unsupported_media_type": Code(415, "Another media type, charset or content coding."),
    "idempotency_key_reused": Code(422, "The key belongs to an operation with other content."),
    "operation_failed": Code(422, "The operation fails by itself and was set aside."),
    "rate_limited": Code(429, "More often than the project, visitor or address may."),
    "mailbox_full": Code(429, "The project has as many waiting operations as it may have."),
    "unavailable": Code(503, "Redis or the database is away: try again, with the same key."),
}

_TITLES = {
    400: "Refused: the request is not right.",
    401: "Refused: nobody is known by this credential or proof.",
    403: "Refused: known, and not allowed.",
    404: "There is no such record.",
    408: "The body did not arrive in time.",
    409: "Refused: it contradicts what is stored.",
    413: "The body is over its limit.",
    415: "Another media type, charset or content coding.",
    422: "Refused: the key was used for other content, or the operation fails by itself.",
    429: "Too much at once; try again after the stated time.",
    503: "Cannot accept or tell now. A retry with the same idempotency key is safe.",
}
_HEADERS = {
    401: ("WWW-Authenticate",),
    429: ("Retry-After", *RATE_LIMIT_HEADERS),
    503: ("Retry-After",),
}


def problem_responses(codes: Collection[str]) -> dict[str, Any]:
    """The responses of a route by status, each with the codes that it may carry there.

    Raises KeyError for a code that the table above does not have.
    """
    by_status: dict[int, list[str]] = {}
    for code, known in PROBLEMS.items():
        if code in codes:
            by_status.setdefault(known.status, []).append(code)
    unknown = set(codes) - PROBLEMS.keys()
    if unknown:
        raise KeyError(*sorted(unknown))
    return {str(status): _response(status, by_status[status]) for status in sorted(by_status)}


def problem_example(code: str) -> dict[str, Any]:
    """A problem as the edge answers it."""
    known = PROBLEMS[code]
    errors = []
    if known.pointer is not None:
        errors = [Fault(pointer=known.pointer, code=code, detail=known.text)]
    members = {} if known.holder_id is None else {"holder_id": known.holder_id}
    problem = Problem(known.status, code, known.text, errors=errors, members=members)
    return {**problem.document(), "request_id": EXAMPLE_REQUEST_ID}


def _response(status: int, codes: list[str]) -> dict[str, Any]:
    narrowed = {
        "type": "object",
        "properties": {"status": {"const": status}, "code": {"enum": codes}},
    }
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, narrowed]}
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
    return {
        "description": _TITLES[status],
        "headers": header_references(("X-Request-Id", *_HEADERS.get(status, ()))),
        "content": {"application/problem+json": {"schema": schema, "examples": examples}},
    }
