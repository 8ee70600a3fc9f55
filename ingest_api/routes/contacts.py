"""Contacts, read: account routes and `/api/v1` alike (contract §11, §12)."""

from functools import partial

from ingest_api.account_reads import answer_one, answer_page
from ingest_api.answers import Answer
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming
from ingest_api.paging import read_list_request
from ingest_api.query_fields import as_field, words
from models.operations import readers
from models.queries.contacts import ContactFilters, find_contact, list_contacts
from models.queries.timeline import contact_timeline

FILTERS = {
    "email": as_field(readers.email),
    "user_id": as_field(readers.user_id),
    "company_id": as_field(readers.company_id),
    "tag": as_field(readers.tag),
    "q": words,
}


async def listed(edge: Edge, incoming: Incoming) -> Answer:
    """The contacts that pass all filters, newest first."""
    request = read_list_request(incoming, "contacts", FILTERS)
    find = partial(
        list_contacts,
        filters=ContactFilters(**request.filters),
        page=request.page_by_id(),
    )
    return await answer_page(edge, incoming, request, find)


async def shown(edge: Edge, incoming: Incoming) -> Answer:
    """One contact, also under the id of one that was merged into it."""
    find = partial(find_contact, contact_id=incoming.path_id("contact_id"))
    return await answer_one(edge, incoming, find)


async def timeline(edge: Edge, incoming: Incoming) -> Answer:
    """What happened to the contact, newest first."""
    contact_id = incoming.path_id("contact_id")
    request = read_list_request(incoming, f"timeline {contact_id}")
    find = partial(
        contact_timeline,
        contact_id=contact_id,
        page=request.page_by_moment(),
    )
    return await answer_page(edge, incoming, request, find)
