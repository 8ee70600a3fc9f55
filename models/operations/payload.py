"""Operations as the JSON that travels through the mailbox, and back without validating again."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from models.operations.companies import CreateCompany, DeleteCompany, UpdateCompany
from models.operations.contacts import (
    CreateContact,
    DeleteContact,
    LinkCompany,
    UnlinkCompany,
    UpdateContact,
)
from models.operations.credentials import (
    CreateIdentitySecret,
    CreateKey,
    DeleteIdentitySecret,
    RevokeKey,
)
from models.operations.dead_letters import DiscardDeadLetter
from models.operations.identify import CompanyPart, Identify
from models.operations.project import UpdateProject
from models.operations.set_deal import SetDeal
from models.operations.set_properties import SetProperties
from models.operations.set_stage import SetStage
from models.operations.stages import (
    CreateStage,
    DeleteStage,
    ReplaceStages,
    StagePlace,
    UpdateStage,
)
from models.operations.track import Track


def _from_fields(kind: Callable[..., Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda payload: kind(**payload)


WidgetOperation = Identify | SetProperties | Track | SetStage | SetDeal
AccountOperation = (
    CreateContact
    | UpdateContact
    | DeleteContact
    | LinkCompany
    | UnlinkCompany
    | CreateCompany
    | UpdateCompany
    | DeleteCompany
    | CreateStage
    | UpdateStage
    | DeleteStage
    | ReplaceStages
    | UpdateProject
    | CreateKey
    | RevokeKey
    | CreateIdentitySecret
    | DeleteIdentitySecret
    | DiscardDeadLetter
)
Operation = WidgetOperation | AccountOperation

WIDGET_TYPES: dict[str, type[WidgetOperation]] = {
    "identify": Identify,
    "set_properties": SetProperties,
    "track": Track,
    "set_stage": SetStage,
    "set_deal": SetDeal,
}
ACCOUNT_TYPES: dict[str, type[AccountOperation]] = {
    "create_contact": CreateContact,
    "update_contact": UpdateContact,
    "delete_contact": DeleteContact,
    "link_company": LinkCompany,
    "unlink_company": UnlinkCompany,
    "create_company": CreateCompany,
    "update_company": UpdateCompany,
    "delete_company": DeleteCompany,
    "create_stage": CreateStage,
    "update_stage": UpdateStage,
    "delete_stage": DeleteStage,
    "replace_stages": ReplaceStages,
    "update_project": UpdateProject,
    "create_key": CreateKey,
    "revoke_key": RevokeKey,
    "create_identity_secret": CreateIdentitySecret,
    "delete_identity_secret": DeleteIdentitySecret,
    "discard_dead_letter": DiscardDeadLetter,
}
OPERATION_TYPES: dict[str, type[Operation]] = {**WIDGET_TYPES, **ACCOUNT_TYPES}

LONE_TYPES = frozenset({"delete_stage", "replace_stages"})
"""Operations that may concern every company of a project: each is a batch of its own."""

PROJECT_TYPES = frozenset(
    {
        "update_project",
        "create_key",
        "revoke_key",
        "create_identity_secret",
        "delete_identity_secret",
    }
)
"""Operations after which what the edges remember of a project may be out of date."""

# A field that equals its default says nothing and does not travel; a required one always does.
_DEFAULTS: dict[type, tuple[tuple[str, object], ...]] = {
    kind: tuple((field.name, field.default) for field in fields(kind))
    for kind in (*OPERATION_TYPES.values(), CompanyPart, StagePlace)
}
_FROM_PAYLOAD: dict[str, Callable[..., Any]] = {
    name: kind.from_payload if hasattr(kind, "from_payload") else _from_fields(kind)
    for name, kind in OPERATION_TYPES.items()
}


def is_replayable(operation_type: str) -> bool:
    """Whether a dead letter of this type can be tried again: what is malformed never can."""
    return operation_type in OPERATION_TYPES


def to_payload(operation: Operation) -> dict[str, Any]:
    """The operation as a JSON object without the fields that were not sent."""
    payload = _sent_fields(operation)
    if isinstance(operation, Identify):
        if operation.company is not None:
            payload["company"] = _sent_fields(operation.company)
        if operation.company_ids:
            payload["company_ids"] = list(operation.company_ids)
    elif isinstance(operation, ReplaceStages):
        payload["stages"] = [_sent_fields(stage) for stage in operation.stages]
    return payload


def from_payload(operation_type: str, payload: dict[str, Any]) -> Operation:
    """The operation of a payload made by `to_payload`; trusts it, raises KeyError for a type
    that does not exist and TypeError for fields that the type does not have.
    """
    operation: Operation = _FROM_PAYLOAD[operation_type](payload)
    return operation


def _sent_fields(part: Operation | CompanyPart | StagePlace) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for name, default in _DEFAULTS[type(part)]:
        value = getattr(part, name)
        if value is not default:
            sent[name] = value
    return sent
