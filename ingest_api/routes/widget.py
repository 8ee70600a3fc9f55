"""The five widget writes (contract §5-§9)."""

from ingest_api.answers import Answer
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming
from ingest_api.submit import submit


async def identify(edge: Edge, incoming: Incoming) -> Answer:
    return await submit(edge, incoming, "identify")


async def set_properties(edge: Edge, incoming: Incoming) -> Answer:
    return await submit(edge, incoming, "set_properties")


async def track(edge: Edge, incoming: Incoming) -> Answer:
    return await submit(edge, incoming, "track")


async def set_stage(edge: Edge, incoming: Incoming) -> Answer:
    return await submit(edge, incoming, "set_stage")


async def set_deal(edge: Edge, incoming: Incoming) -> Answer:
    return await submit(edge, incoming, "set_deal")
