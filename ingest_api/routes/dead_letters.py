"""Operations that were set aside, read (contract §11)."""

from functools import partial

from ingest_api.account_reads import answer_one, answer_page
from ingest_api.answers import Answer
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming
from ingest_api.paging import read_list_request
from models.queries.dead_letters import find_dead_letter, list_dead_letters


async def listed(edge: Edge, incoming: Incoming) -> Answer:
    """The project's dead letters, the latest accepted first."""
    request = read_list_request(incoming, "dead-letters")
    find = partial(list_dead_letters, page=request.page_by_id())
    return await answer_page(edge, incoming, request, find)


async def shown(edge: Edge, incoming: Incoming) -> Answer:
    """One dead letter, by the id of its operation."""
    find = partial(find_dead_letter, dead_letter_id=incoming.path_id("dead_letter_id"))
    return await answer_one(edge, incoming, find)
