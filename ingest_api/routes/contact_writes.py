"""Contacts and their links: the account routes that write (contract §11)."""

from ingest_api import account_writes
from ingest_api.answers import Answer
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming


async def create(edge: Edge, incoming: Incoming) -> Answer:
    """Makes a contact: 201 with it."""
    return await account_writes.create(edge, incoming, "create_contact")


async def update(edge: Edge, incoming: Incoming) -> Answer:
    """Writes the sent fields: 200 with the contact."""
    return await account_writes.update(edge, incoming, "update_contact", "contact_id")


async def delete(edge: Edge, incoming: Incoming) -> Answer:
    """Takes the contact away: 204."""
    return await account_writes.bodiless(edge, incoming, "delete_contact", "contact_id")


async def link(edge: Edge, incoming: Incoming) -> Answer:
    """Links the contact and the company: 204."""
    return await account_writes.bodiless(edge, incoming, "link_company", "contact_id", "company_id")


async def unlink(edge: Edge, incoming: Incoming) -> Answer:
    """Takes the link away: 204."""
    return await account_writes.bodiless(
        edge, incoming, "unlink_company", "contact_id", "company_id"
    )
