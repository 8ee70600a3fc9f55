"""Reads of account routes: straight from the database, and so of what was answered before (§11).

All of them are of the caller's own project, which is said here and nowhere else.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection

from ingest_api.answers import Answer
from ingest_api.edge import Edge
from ingest_api.errors import no_such_record
from ingest_api.exact_json import exact_answer
from ingest_api.incoming import Incoming
from ingest_api.paging import ListRequest
from models.queries.page import Found, Moment

Result = TypeVar("Result")

FindOne = Callable[[Connection, str], dict[str, Any] | None]
FindPage = Callable[[Connection, str], Found[str] | Found[int] | Found[Moment] | None]
"""Queries of a project; what else they ask for is bound before."""


async def answer_one(edge: Edge, incoming: Incoming, find: FindOne) -> Answer:
    """The record's document. Raises Problem 404 where there is none."""
    incoming.query_fields(())
    document = await _found(edge, incoming, find)
    if document is None:
        raise no_such_record()
    return exact_answer(200, document)


async def answer_page(
    edge: Edge, incoming: Incoming, request: ListRequest, find: FindPage
) -> Answer:
    """The page of a list. Raises Problem 404 for the list of a record that does not exist."""
    found = await _found(edge, incoming, find)
    if found is None:
        raise no_such_record()
    return request.answer(found)


async def _found(
    edge: Edge, incoming: Incoming, find: Callable[[Connection, str], Result]
) -> Result:
    project_id = incoming.caller.project.id
    return await edge.reads.run(lambda connection: find(connection, project_id))
