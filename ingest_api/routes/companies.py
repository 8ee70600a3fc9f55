"""Companies, read (contract §11)."""

from functools import partial

from ingest_api.account_reads import answer_one, answer_page
from ingest_api.answers import Answer
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming
from ingest_api.paging import read_list_request
from ingest_api.query_fields import as_field, truth, words
from models.operations import readers
from models.queries.companies import CompanyFilters, find_company, list_companies
from models.queries.timeline import company_activity
from models.rules.stage import stage_name_key


def _stage(value: object) -> str:
    return stage_name_key(readers.stage_name(value))


FILTERS = {
    "external_id": as_field(readers.external_id),
    "contact_id": as_field(readers.record_id),
    "domain": as_field(readers.domain),
    "stage": as_field(_stage),
    "placeholder": truth,
    "q": words,
}


async def listed(edge: Edge, incoming: Incoming) -> Answer:
    """The companies that pass all filters, newest first."""
    request = read_list_request(incoming, "companies", FILTERS)
    find = partial(
        list_companies,
        filters=CompanyFilters(**request.filters),
        page=request.page_by_id(),
    )
    return await answer_page(edge, incoming, request, find)


async def shown(edge: Edge, incoming: Incoming) -> Answer:
    """One company, by its id or external id."""
    find = partial(find_company, company_id=incoming.path_id("company_id"))
    return await answer_one(edge, incoming, find)


async def activity(edge: Edge, incoming: Incoming) -> Answer:
    """What happened to the company, newest first."""
    company_id = incoming.path_id("company_id")
    request = read_list_request(incoming, f"activity {company_id}")
    find = partial(
        company_activity,
        company_id=company_id,
        page=request.page_by_moment(),
    )
    return await answer_page(edge, incoming, request, find)
