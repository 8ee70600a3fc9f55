"""Visitors, read (contract §11)."""

from functools import partial

from ingest_api.account_reads import answer_one
from ingest_api.answers import Answer
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming
from models.queries.visitors import find_visitor


async def shown(edge: Edge, incoming: Incoming) -> Answer:
    """One visitor; its id is trimmed as widget routes do, and exact otherwise."""
    find = partial(find_visitor, visitor_id=incoming.path_id("visitor_id").strip())
    return await answer_one(edge, incoming, find)
