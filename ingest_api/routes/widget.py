"""The five widget writes (contract §5-§9)."""

from ingest_api.answers import Answer
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming
from ingest_api.operation_reading import read_operation
from ingest_api.submit import submit
from ingest_api.write_answers import outcome_answer


async def identify(edge: Edge, incoming: Incoming) -> Answer:
    return await _write(edge, incoming, "identify")


async def set_properties(edge: Edge, incoming: Incoming) -> Answer:
    return await _write(edge, incoming, "set_properties")


async def track(edge: Edge, incoming: Incoming) -> Answer:
    return await _write(edge, incoming, "track")


async def set_stage(edge: Edge, incoming: Incoming) -> Answer:
    return await _write(edge, incoming, "set_stage")


async def set_deal(edge: Edge, incoming: Incoming) -> Answer:
    return await _write(edge, incoming, "set_deal")


async def _write(edge: Edge, incoming: Incoming, operation_type: str) -> Answer:
    asked = await read_operation(edge, incoming, operation_type)
    return outcome_answer(await submit(edge, incoming, asked))
