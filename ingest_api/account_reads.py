"""Reads of account routes: straight from the database, and so of what was answered before (§11)."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from ingest_api.answers import Answer
from ingest_api.edge import Edge
from ingest_api.errors import no_such_record
from ingest_api.exact_json import exact_answer
from ingest_api.incoming import Incoming
from ingest_api.paging import ListRequest
from models.queries.page import Found, Moment

FindOne = Callable[[Connection], dict[str, Any] | None]
FindPage = Callable[[Connection], Found[str] | Found[Moment] | None]


async def answer_one(edge: Edge, incoming: Incoming, find: FindOne) -> Answer:
    """The record's document. Raises Problem 404 where there is none."""
    incoming.query_fields(())
    document = await edge.reads.run(find)
    if document is None:
        raise no_such_record()
    return exact_answer(200, document)


async def answer_page(edge: Edge, request: ListRequest, find: FindPage) -> Answer:
    """The page of a list. Raises Problem 404 for the list of a record that does not exist."""
    found = await edge.reads.run(find)
    if found is None:
        raise no_such_record()
    return request.answer(found)


async def answer_whole(
    edge: Edge, incoming: Incoming, find: Callable[[Connection], list[dict[str, Any]]]
) -> Answer:
    """A list that is never longer than a page."""
    incoming.query_fields(())
    return exact_answer(200, {"items": await edge.reads.run(find), "next_cursor": None})
