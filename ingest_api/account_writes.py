"""Account writes from request to answer: what is the same for all of them (contract §4, §11)."""

from collections.abc import Mapping

from ingest_api.account_reading import (
    NO_QUERY,
    asked_for,
    read_account_body,
    read_optional_account_body,
    read_subject,
)
from ingest_api.answers import NO_CONTENT, Answer
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming
from ingest_api.submit import submit
from ingest_api.write_answers import record_answer
from models.operations import from_payload, read_no_fields, validate_account

OK = 200
CREATED = 201


async def create(edge: Edge, incoming: Incoming, operation_type: str) -> Answer:
    """Makes the record that the body describes: 201 with it."""
    return await _write(edge, incoming, operation_type, CREATED)


async def update(edge: Edge, incoming: Incoming, operation_type: str, *path_ids: str) -> Answer:
    """Writes the body's fields to the record that the path names: 200 with it.

    `path_ids` are parameters of the path, and the operation's fields of the same names.
    """
    return await _write(edge, incoming, operation_type, OK, *path_ids)


async def bodiless(
    edge: Edge,
    incoming: Incoming,
    operation_type: str,
    *path_ids: str,
    query_ids: Mapping[str, str] = NO_QUERY,
) -> Answer:
    """Does what the path and the query alone say: 204.

    `query_ids` are the operation's fields by the parameters of the query that set them.
    """
    subject = read_subject(incoming, path_ids, query_ids)
    body = await read_optional_account_body(edge, incoming)
    read_no_fields(body)
    operation = from_payload(operation_type, {**subject})
    asked = asked_for(incoming, operation_type, operation, body, subject)
    return record_answer(await submit(edge, incoming, asked), NO_CONTENT)


async def _write(
    edge: Edge, incoming: Incoming, operation_type: str, status: int, *path_ids: str
) -> Answer:
    subject = read_subject(incoming, path_ids)
    body = await read_account_body(edge, incoming)
    operation = validate_account(operation_type, body, subject)
    asked = asked_for(incoming, operation_type, operation, body, subject)
    return record_answer(await submit(edge, incoming, asked), status)
