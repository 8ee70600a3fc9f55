"""From the body of an account route to an operation (contract §3, §11): nothing is overlooked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from models.operations.companies import CreateCompany, UpdateCompany
from models.operations.contacts import CreateContact, UpdateContact
from models.operations.invalid_request import INVALID_REQUEST, InvalidRequest, json_pointer
from models.operations.payload import AccountOperation
from models.operations.stages import CreateStage, ReplaceStages, UpdateStage
from models.operations.validate import fault_of
from models.outcomes import Fault

WithBody = (
    CreateContact
    | UpdateContact
    | CreateCompany
    | UpdateCompany
    | CreateStage
    | UpdateStage
    | ReplaceStages
)

BODIES: dict[str, type[WithBody]] = {
    "create_contact": CreateContact,
    "update_contact": UpdateContact,
    "create_company": CreateCompany,
    "update_company": UpdateCompany,
    "create_stage": CreateStage,
    "update_stage": UpdateStage,
    "replace_stages": ReplaceStages,
}
_ADAPTERS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in BODIES.items()}
_ENVELOPE_FIELD = "message_id"


def validate_account(
    operation_type: str, body: Mapping[str, Any], subject: Mapping[str, str]
) -> AccountOperation:
    """The operation that a body asks for, of the record that the path names.

    `subject` is that record's field and id, such as {"contact_id": …}. Raises `InvalidRequest`
    with every fault; an unknown field, or one that belongs to another record, is one.
    """
    content = {name: value for name, value in body.items() if name != _ENVELOPE_FIELD}
    try:
        operation = _ADAPTERS[operation_type].validate_python(content)
    except ValidationError as invalid:
        errors = invalid.errors(include_input=False, include_url=False)
        faults = [fault_of(operation_type, error) for error in errors]
        raise InvalidRequest(faults[0]["code"], faults[0]["detail"], faults) from None
    named = content.keys() & subject.keys()
    if named:
        faults = [unknown_field(json_pointer(name)) for name in sorted(named)]
        raise InvalidRequest(INVALID_REQUEST, faults[0]["detail"], faults)
    changed: AccountOperation = replace(operation, **subject) if subject else operation
    return changed


def unknown_field(pointer: str) -> Fault:
    return Fault(pointer=pointer, code=INVALID_REQUEST, detail="There is no such field here.")
