"""Companies as account routes show them (contract §11)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from models.documents.company import company_document
from models.documents.exact import JsonText, in_contract_units
from models.queries import references
from models.queries.listing import Filter, Listing
from models.queries.page import Found, Page
from models.queries.statement import Row, Statement
from models.records import Company

_COLUMNS = (
    "r.id, r.created_at_ms, r.updated_at_ms, r.external_id, r.name, r.domain, r.industry,"
    " r.stage_id, r.deal_value_e4, r.notes, CAST(r.metadata AS text), r.placeholder,"
    " r.owner_contact_id,"
    " (SELECT s.name FROM stages AS s WHERE s.project_id = r.project_id AND s.id = r.stage_id)"
)
"""In the order of `Company`, and the stage's name."""
_METADATA_AT, _PLACEHOLDER_AT = 10, 11

_ONE = Statement(
    f"SELECT {_COLUMNS} FROM companies AS r"
    f" WHERE r.project_id = :project_id AND r.id = {references.COMPANY}"
)


def _document(row: Row) -> dict[str, Any]:
    *columns, stage = row
    # Nobody here looks into metadata: it stays the text that it is.
    columns[_METADATA_AT] = JsonText(columns[_METADATA_AT])
    columns[_PLACEHOLDER_AT] = bool(columns[_PLACEHOLDER_AT])
    return in_contract_units(company_document(Company(*columns), stage))


_LISTING = Listing(
    "companies",
    _COLUMNS,
    {
        "external_id": Filter("companies", "id", "external_id = :external_id"),
        "contact_id": Filter("links", "company_id", f"contact_id = {references.CONTACT}"),
        "domain": Filter("companies", "id", "domain = :domain"),
        "stage": Filter("companies", "id", f"stage_id = {references.STAGE}"),
        "placeholder": Filter("companies", "id", "placeholder = :placeholder"),
    },
    _document,
)


@dataclass(frozen=True, slots=True)
class CompanyFilters:
    """What companies to list; `stage` is a stage's name, trimmed and case-folded.

    `q` are words that all occur in what a company is searched by, as search keys.
    """

    external_id: str | None = None
    contact_id: str | None = None
    domain: str | None = None
    stage: str | None = None
    placeholder: bool | None = None
    q: tuple[str, ...] = ()


def find_company(connection: Connection, project_id: str, company_id: str) -> dict[str, Any] | None:
    """The company's document, by its id or external id."""
    row = _ONE.row(connection, {"project_id": project_id, "company_id": company_id})
    return None if row is None else _document(row)


def list_companies(
    connection: Connection, project_id: str, filters: CompanyFilters, page: Page[str]
) -> Found[str]:
    """The companies that pass all filters, newest first."""
    return _LISTING.page(connection, project_id, filters, page)
