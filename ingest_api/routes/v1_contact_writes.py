"""Contacts for outside integrations: the v1 routes that write (contract §12)."""

from collections.abc import Mapping
from typing import Any

from ingest_api.account_reading import Content, asked_for, read_content
from ingest_api.account_writes import CREATED, OK
from ingest_api.answers import Answer
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming
from ingest_api.submit import submit
from ingest_api.write_answers import record_answer
from models.operations import InvalidRequest, validate_account
from models.operations.invalid_request import json_pointer
from models.outcomes import Fault

NOT_WRITABLE = ("metadata", "user_id")
"""A contact's fields that belong to the project's own backend."""


async def create(edge: Edge, incoming: Incoming) -> Answer:
    """Makes a contact: 201 with it."""
    content = await read_content(edge, incoming)
    return await _write(edge, incoming, "create_contact", CREATED, content)


async def update(edge: Edge, incoming: Incoming) -> Answer:
    """Writes the sent fields: 200 with the contact."""
    content = await read_content(edge, incoming, "contact_id")
    return await _write(edge, incoming, "update_contact", OK, content)


async def _write(
    edge: Edge, incoming: Incoming, operation_type: str, status: int, content: Content
) -> Answer:
    _refuse_unwritable(content.body)
    operation = validate_account(operation_type, content.body, content.subject)
    asked = asked_for(incoming, operation_type, operation, content)
    return record_answer(await submit(edge, incoming, asked), status)


def _refuse_unwritable(body: Mapping[str, Any]) -> None:
    code, detail = "field_not_writable", "This route does not write the field."
    faults = [
        Fault(pointer=json_pointer(name), code=code, detail=detail)
        for name in NOT_WRITABLE
        if name in body
    ]
    if faults:
        raise InvalidRequest(code, detail, faults)
