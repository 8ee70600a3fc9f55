"""The project, its pipeline and its credentials, read (contract §11)."""

from functools import partial

from ingest_api.account_reads import answer_one, answer_page
from ingest_api.answers import Answer
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming
from ingest_api.paging import read_list_request
from models.queries.credentials import list_identity_secrets, list_keys
from models.queries.pipeline import find_project, list_stages


async def shown(edge: Edge, incoming: Incoming) -> Answer:
    """The project with its settings."""
    return await answer_one(edge, incoming, find_project)


async def stages(edge: Edge, incoming: Incoming) -> Answer:
    """The pipeline in its order."""
    request = read_list_request(incoming, "stages")
    find = partial(list_stages, page=request.page_by_place())
    return await answer_page(edge, incoming, request, find)


async def identity_secrets(edge: Edge, incoming: Incoming) -> Answer:
    """The live identity secrets, with their latest verifications and without what they are."""
    await edge.key_usage.write()
    request = read_list_request(incoming, "identity-secrets")
    find = partial(list_identity_secrets, page=request.page_by_id())
    return await answer_page(edge, incoming, request, find)


async def keys(edge: Edge, incoming: Incoming) -> Answer:
    """The project's keys, revoked ones too, with the latest uses and without what they are."""
    await edge.key_usage.write()
    request = read_list_request(incoming, "keys")
    find = partial(list_keys, page=request.page_by_id())
    return await answer_page(edge, incoming, request, find)
