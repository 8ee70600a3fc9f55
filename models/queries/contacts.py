"""Contacts as account routes and `/api/v1` show them (contract §11, §12)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from models.documents.contact import contact_document
from models.documents.exact import JsonText
from models.queries import references
from models.queries.listing import Filter, Listing
from models.queries.page import Found, Page
from models.queries.statement import Row, Statement
from models.records import Contact

_COLUMNS = (
    "r.id, r.created_at_ms, r.updated_at_ms, r.user_id, r.email, r.name, r.phone, r.notes,"
    " CAST(r.tags AS text), CAST(r.metadata AS text),"
    " (SELECT CAST({json_array}(linked.company_id) AS text) FROM"
    " (SELECT company_id FROM links AS l WHERE l.project_id = r.project_id"
    " AND l.contact_id = r.id ORDER BY l.age_rank) AS linked)"
)
"""In the order of `Contact`, and the companies."""

_ONE = Statement(
    f"SELECT {_COLUMNS} FROM contacts AS r"
    f" WHERE r.project_id = :project_id AND r.id = {references.CONTACT}"
)


def _document(row: Row) -> dict[str, Any]:
    *columns, tags, metadata, company_ids = row
    # Nobody here looks into these: they stay the texts that they are.
    columns += (JsonText(tags), JsonText(metadata))
    document = contact_document(Contact(*columns), ())
    document["company_ids"] = JsonText(company_ids or "[]")
    return document


_LISTING = Listing(
    "contacts",
    _COLUMNS,
    {
        "email": Filter("contact_emails", "contact_id", "email = :email"),
        "user_id": Filter("contacts", "id", "user_id = :user_id"),
        "company_id": Filter("links", "contact_id", f"company_id = {references.COMPANY}"),
        "tag": Filter("contact_tags", "contact_id", "tag = :tag"),
    },
    _document,
)


@dataclass(frozen=True, slots=True)
class ContactFilters:
    """What contacts to list: by any address of theirs, by a company's id or external id.

    `q` are words that all occur in what a contact is searched by, as search keys.
    """

    email: str | None = None
    user_id: str | None = None
    company_id: str | None = None
    tag: str | None = None
    q: tuple[str, ...] = ()


def find_contact(connection: Connection, project_id: str, contact_id: str) -> dict[str, Any] | None:
    """The contact's document, also under the id of one that was merged into it."""
    row = _ONE.row(connection, {"project_id": project_id, "contact_id": contact_id})
    return None if row is None else _document(row)


def list_contacts(
    connection: Connection, project_id: str, filters: ContactFilters, page: Page[str]
) -> Found[str]:
    """The contacts that pass all filters, newest first."""
    return _LISTING.page(connection, project_id, filters, page)
