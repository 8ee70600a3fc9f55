"""A step as the edge reads it: from the body to the operation (contract §3)."""

from dataclasses import replace

from models.operations import Identify, Operation, validate, validate_account
from models.operations.account import read_update_project
from models.operations.companies import DeleteCompany
from models.operations.contacts import DeleteContact, LinkCompany, UnlinkCompany
from models.operations.payload import WIDGET_TYPES
from models.operations.stages import DeleteStage
from tests.model.scenario import Step
from tests.model.state import Json

WITHOUT_A_BODY = {
    "delete_contact": DeleteContact,
    "link_company": LinkCompany,
    "unlink_company": UnlinkCompany,
    "delete_company": DeleteCompany,
    "delete_stage": DeleteStage,
}
IN_THE_PATH = {
    "update_contact": "contact_id",
    "update_company": "company_id",
    "update_stage": "stage_id",
}


def asked(step: Step, body: Json) -> Operation:
    """The operation that a step asks for with this body."""
    operation = asked_for(step.operation_type, body)
    if isinstance(operation, Identify) and step.email_signed:
        operation = replace(operation, email_signed=True)
    return operation


def asked_for(operation_type: str, body: Json) -> Operation:
    """The operation of a type that a body, with what the path names, asks for."""
    if operation_type in WIDGET_TYPES:
        return validate(operation_type, body)[0]
    if operation_type in WITHOUT_A_BODY:
        made: Operation = WITHOUT_A_BODY[operation_type](**body)
        return made
    if operation_type == "update_project":
        return read_update_project(body)
    named = IN_THE_PATH.get(operation_type)
    subject = {named: body[named]} if named else {}
    content = {key: value for key, value in body.items() if key != named}
    operation: Operation = validate_account(operation_type, content, subject)
    return operation
