"""From a parsed body to an operation: every fault that needs no stored state (contract §3, §4)."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal, overload

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from models import outcomes
from models.operations.identify import CompanyPart, Identify
from models.operations.invalid_request import INVALID_REQUEST, InvalidRequest, json_pointer
from models.operations.payload import WIDGET_TYPES, WidgetOperation
from models.outcomes import Fault

ENVELOPE_FIELDS = frozenset({"app_id", "project_id", "message_id", "user_hash", "user_token"})
"""Fields of every route that say who speaks, not what is asked: the edge reads them."""

UNKNOWN_FIELD_WARNINGS_LIMIT = 20
UNKNOWN_FIELD_NAME_LIMIT_CHARS = 100

_ADAPTERS: dict[str, TypeAdapter[WidgetOperation]] = {
    name: TypeAdapter(kind) for name, kind in WIDGET_TYPES.items()
}
_BODY_NAMES = {
    "deal_value_e4": "deal_value",
    "timestamp_ms": "timestamp",
    "sent_at_ms": "sent_at",
}
_NOT_IN_A_BODY = frozenset({"email_signed"})
_DETAILS = {
    "missing": "Required.",
    "unexpected_keyword_argument": "There is no such field here.",
    "dataclass_type": "An object.",
}
_MISSING_CODES: dict[tuple[str | int, ...], str] = {("track", "name"): "invalid_event_name"}


def _body_fields(kind: type[WidgetOperation | CompanyPart]) -> frozenset[str]:
    names = {_BODY_NAMES.get(field.name, field.name) for field in fields(kind)}
    return frozenset(names - _NOT_IN_A_BODY)


_KNOWN_FIELDS = {name: _body_fields(kind) | ENVELOPE_FIELDS for name, kind in WIDGET_TYPES.items()}
_COMPANY_FIELDS = _body_fields(CompanyPart)


@overload
def validate(
    operation_type: Literal["identify"], body: dict[str, Any]
) -> tuple[Identify, list[outcomes.OperationWarning]]: ...


@overload
def validate(
    operation_type: str, body: dict[str, Any]
) -> tuple[WidgetOperation, list[outcomes.OperationWarning]]: ...


def validate(
    operation_type: str, body: dict[str, Any]
) -> tuple[WidgetOperation, list[outcomes.OperationWarning]]:
    """The operation that a body asks for, and a warning for each field that nobody reads.

    Raises `InvalidRequest` with every fault, in the order of the route's fields; its code is the
    first fault's. `body` comes from `parse_body`, `operation_type` is a key of WIDGET_TYPES.
    """
    try:
        operation = _ADAPTERS[operation_type].validate_python(body)
    except ValidationError as invalid:
        raise _refused(operation_type, invalid) from None
    return operation, _unknown_fields(operation_type, body)


def _refused(operation_type: str, invalid: ValidationError) -> InvalidRequest:
    errors = invalid.errors(include_input=False, include_url=False)
    faults = [fault_of(operation_type, error) for error in errors]
    return InvalidRequest(faults[0]["code"], faults[0]["detail"], faults)


def fault_of(operation_type: str, error: ErrorDetails) -> Fault:
    """A field's fault with its pointer; it repeats nothing of what was sent."""
    pointer = json_pointer(*error["loc"])
    detail = error.get("ctx", {}).get("detail")
    if detail is not None:
        # A reader's own refusal, whose type is a code of the contract.
        return Fault(pointer=pointer, code=error["type"], detail=detail)
    code = INVALID_REQUEST
    if error["type"] == "missing":
        code = _MISSING_CODES.get((operation_type, *error["loc"]), INVALID_REQUEST)
    told = _DETAILS.get(error["type"], "Not a value of this field.")
    return Fault(pointer=pointer, code=code, detail=told)


def _unknown_fields(operation_type: str, body: dict[str, Any]) -> list[outcomes.OperationWarning]:
    unknown = _unknown_in(body, _KNOWN_FIELDS[operation_type])
    company = body.get("company")
    if isinstance(company, dict) and operation_type == "identify":
        unknown += _unknown_in(company, _COMPANY_FIELDS, "company")
    return unknown[:UNKNOWN_FIELD_WARNINGS_LIMIT]


def _unknown_in(
    part: Mapping[str, Any], known: frozenset[str], *path: str
) -> list[outcomes.OperationWarning]:
    if part.keys() <= known:
        return []
    return [
        outcomes.OperationWarning(
            code="unknown_field", detail="The field is ignored.", pointer=_pointer(*path, name)
        )
        for name in part
        if name not in known
    ][:UNKNOWN_FIELD_WARNINGS_LIMIT]


def _pointer(*path: str) -> str:
    # A pointer to a name of any length would let a body fill the ledger with itself.
    *parents, name = path
    return json_pointer(*parents, name[:UNKNOWN_FIELD_NAME_LIMIT_CHARS])
