"""Account writes from request to answer: what is the same for all of them (contract §4, §11)."""

from collections.abc import Mapping

from ingest_api.account_reading import NO_QUERY, asked_for, read_bodiless, read_content
from ingest_api.answers import NO_CONTENT, Answer
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming
from ingest_api.submit import submit
from ingest_api.write_answers import record_answer
from models.operations import from_payload, validate_account

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
    """Does what the path and the query alone say: 204."""
    content = await read_bodiless(edge, incoming, *path_ids, query_ids=query_ids)
    operation = from_payload(operation_type, {**content.subject})
    asked = asked_for(incoming, operation_type, operation, content)
    return record_answer(await submit(edge, incoming, asked), NO_CONTENT)


async def _write(
    edge: Edge, incoming: Incoming, operation_type: str, status: int, *path_ids: str
) -> Answer:
    content = await read_content(edge, incoming, *path_ids)
    operation = validate_account(operation_type, content.body, content.subject)
    asked = asked_for(incoming, operation_type, operation, content)
    return record_answer(await submit(edge, incoming, asked), status)
