"""Companies: the account routes that write (contract §11)."""

from ingest_api import account_writes
from ingest_api.answers import Answer
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming


async def create(edge: Edge, incoming: Incoming) -> Answer:
    """Makes a company: 201 with it."""
    return await account_writes.create(edge, incoming, "create_company")


async def update(edge: Edge, incoming: Incoming) -> Answer:
    """Writes the sent fields: 200 with the company."""
    return await account_writes.update(edge, incoming, "update_company", "company_id")


async def delete(edge: Edge, incoming: Incoming) -> Answer:
    """Takes the company away: 204."""
    return await account_writes.bodiless(edge, incoming, "delete_company", "company_id")
