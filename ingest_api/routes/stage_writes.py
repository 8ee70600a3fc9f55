"""The pipeline: the account routes that write (contract §11)."""

from ingest_api import account_writes
from ingest_api.answers import Answer
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming


async def create(edge: Edge, incoming: Incoming) -> Answer:
    """Makes a stage: 201 with it."""
    return await account_writes.create(edge, incoming, "create_stage")


async def update(edge: Edge, incoming: Incoming) -> Answer:
    """Renames the stage, moves it, or both: 200 with it."""
    return await account_writes.update(edge, incoming, "update_stage", "stage_id")


async def replace(edge: Edge, incoming: Incoming) -> Answer:
    """The whole pipeline in its order."""
    return await account_writes.update(edge, incoming, "replace_stages")


async def delete(edge: Edge, incoming: Incoming) -> Answer:
    """`?replacement=` names the stage that takes the companies over."""
    return await account_writes.bodiless(
        edge,
        incoming,
        "delete_stage",
        "stage_id",
        query_ids={"replacement": "replacement_id"},
    )
