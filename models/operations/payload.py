"""Operations as the JSON that travels through the mailbox, and back without validating again."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from models.operations.identify import CompanyPart, Identify
from models.operations.set_deal import SetDeal
from models.operations.set_properties import SetProperties
from models.operations.set_stage import SetStage
from models.operations.track import Track

Operation = Identify | SetProperties | Track | SetStage | SetDeal

OPERATION_TYPES: dict[str, type[Operation]] = {
    "identify": Identify,
    "set_properties": SetProperties,
    "track": Track,
    "set_stage": SetStage,
    "set_deal": SetDeal,
}

# A field that equals its default says nothing and does not travel; a required one always does.
_DEFAULTS: dict[type, tuple[tuple[str, object], ...]] = {
    kind: tuple((field.name, field.default) for field in fields(kind))
    for kind in (*OPERATION_TYPES.values(), CompanyPart)
}
_FROM_PAYLOAD: dict[str, Callable[..., Operation]] = {
    "set_properties": SetProperties,
    "track": Track,
    "set_stage": SetStage,
    "set_deal": SetDeal,
}


def to_payload(operation: Operation) -> dict[str, Any]:
    """The operation as a JSON object without the fields that were not sent."""
    payload = _sent_fields(operation)
    if isinstance(operation, Identify):
        if operation.company is not None:
            payload["company"] = _sent_fields(operation.company)
        if operation.company_ids:
            payload["company_ids"] = list(operation.company_ids)
    return payload


def from_payload(operation_type: str, payload: dict[str, Any]) -> Operation:
    """The operation of a payload made by `to_payload`; trusts it, raises KeyError for a type
    that does not exist and TypeError for fields that the type does not have.
    """
    if operation_type == "identify":
        return Identify.from_payload(payload)
    return _FROM_PAYLOAD[operation_type](**payload)


def _sent_fields(part: Operation | CompanyPart) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for name, default in _DEFAULTS[type(part)]:
        value = getattr(part, name)
        if value is not default:
            sent[name] = value
    return sent
