"""From the body of an account route to an operation (contract §3, §11): nothing is overlooked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from models.operations.companies import CreateCompany, UpdateCompany
from models.operations.contacts import CreateContact, UpdateContact
from models.operations.credentials import KeyRequest
from models.operations.invalid_request import INVALID_REQUEST, InvalidRequest, json_pointer
from models.operations.payload import AccountOperation
from models.operations.project import UpdateProject
from models.operations.project_settings import read_settings_update
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
_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    name: TypeAdapter(kind) for name, kind in {**BODIES, "create_key": KeyRequest}.items()
}
_ENVELOPE_FIELD = "message_id"


def validate_account(
    operation_type: str, body: Mapping[str, Any], subject: Mapping[str, str]
) -> AccountOperation:
    """The operation that a body asks for, of the record that the path names.

    `subject` is that record's field and id, such as {"contact_id": …}. Raises `InvalidRequest`
    with every fault; an unknown field, or one that belongs to another record, is one.
    """
    operation = _read(operation_type, body)
    named = body.keys() & subject.keys()
    _refuse([unknown_field(json_pointer(name)) for name in sorted(named)])
    if isinstance(operation, ReplaceStages):
        _refuse(operation.faults())
    changed: AccountOperation = replace(operation, **subject) if subject else operation
    return changed


def read_update_project(body: Mapping[str, Any]) -> UpdateProject:
    """The settings that a body asks to change. Raises `InvalidRequest` with every fault."""
    return UpdateProject(read_settings_update(_content(body)).given())


def read_key_request(body: Mapping[str, Any]) -> KeyRequest:
    """Which key a body asks for; the edge makes it. Raises `InvalidRequest` with every fault."""
    wanted: KeyRequest = _read("create_key", body)
    return wanted


def read_no_fields(body: Mapping[str, Any]) -> None:
    """Reads the body of a write that takes no field. Raises `InvalidRequest` with every fault."""
    _refuse([unknown_field(json_pointer(name)) for name in _content(body)])


def _read(operation_type: str, body: Mapping[str, Any]) -> Any:
    try:
        return _ADAPTERS[operation_type].validate_python(_content(body))
    except ValidationError as invalid:
        errors = invalid.errors(include_input=False, include_url=False)
    faults = [fault_of(operation_type, error) for error in errors]
    raise InvalidRequest(faults[0]["code"], faults[0]["detail"], faults)


def _content(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != _ENVELOPE_FIELD}


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InvalidRequest(faults[0]["code"], faults[0]["detail"], faults)


def unknown_field(pointer: str) -> Fault:
    return Fault(pointer=pointer, code=INVALID_REQUEST, detail="There is no such field here.")
