"""The object around a batch's operations; its faults are those of the whole (contract §10)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ingest_api.bodies import DEPTH_LIMIT, parse_parts, refuse_forbidden
from models.operations import InvalidRequest
from models.operations.invalid_request import field_fault, json_pointer
from workers.mailbox.layout import Lane

OPERATIONS = "operations"
OPERATIONS_POINTER = f"/{OPERATIONS}"
ACCOUNT_FIELDS = frozenset({OPERATIONS, "lane"})

_LEVELS_AROUND_AN_OPERATION = 2
_FIELD_NAME_LIMIT_CHARS = 100


@dataclass(frozen=True, slots=True)
class Batch:
    """`fields` are those beside the operations; each operation may be any JSON value.

    Where `is_risky`, an operation may hold what `refuse_forbidden` refuses.
    """

    fields: Mapping[str, Any]
    operations: list[Any]
    is_risky: bool


def parse_batch(
    raw: bytes, operations_limit: int, known_fields: Collection[str] | None = None
) -> Batch:
    """The batch in a body; other than `known_fields` are refused where these are given.

    Raises InvalidRequest for bytes that are no JSON object with a list of so many operations.
    """
    body, is_risky = parse_parts(raw, DEPTH_LIMIT + _LEVELS_AROUND_AN_OPERATION)
    if not isinstance(body, dict):
        raise InvalidRequest("invalid_request", "The body is a JSON object.")
    operations = body.pop(OPERATIONS, None)
    if is_risky:
        refuse_forbidden(body)
    for name in body:
        if known_fields is not None and name not in known_fields:
            pointer = json_pointer(name[:_FIELD_NAME_LIMIT_CHARS])
            raise field_fault(pointer, "There is no such field here.")
    if not isinstance(operations, list):
        raise field_fault(OPERATIONS_POINTER, "A list of operations.")
    if len(operations) > operations_limit:
        raise too_many_operations(operations_limit)
    return Batch(body, operations, is_risky)


def too_many_operations(limit: int) -> InvalidRequest:
    return field_fault(OPERATIONS_POINTER, f"At most {limit} operations.")


def read_lane(in_body: object, in_query: str | None) -> Lane:
    """The lane that the body or the query names. Raises InvalidRequest for two that differ."""
    if in_body is not None and in_query is not None and in_body != in_query:
        raise field_fault("/lane", "Another one than in the query.")
    match in_query if in_body is None else in_body:
        case None | "live":
            return "live"
        case "bulk":
            return "bulk"
    raise field_fault("/lane", "Either live or bulk.")
