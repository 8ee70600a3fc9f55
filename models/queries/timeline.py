"""What happened to a contact or a company, newest first (contract §11)."""

import json

from sqlalchemy import Connection

from models.documents.activity import activity_document
from models.queries import references
from models.queries.page import LARGE_READ, SMALL_READ, Found, Moment, Page
from models.queries.statement import Row, Statement
from models.records import Activity

_CONTACT_EXISTS = Statement(
    f"SELECT id FROM contacts WHERE project_id = :project_id AND id = {references.CONTACT}"
)
_COMPANY_EXISTS = Statement(
    f"SELECT id FROM companies WHERE project_id = :project_id AND id = {references.COMPANY}"
)


def _pages(column: str) -> dict[tuple[bool, int], Statement]:
    """The statement for a first or a further page, by how many rows it reads."""
    further = " AND (occurred_at_ms, rank) < (:occurred_at_ms, :rank)"
    return {
        (goes_on, read_limit): Statement(
            "SELECT id, kind, operation_id, rank, occurred_at_ms, recorded_at_ms, contact_id,"
            " company_id, visitor_id, name, CAST(detail AS text) FROM activity"
            f" WHERE project_id = :project_id AND {column} = :record_id{further * goes_on}"
            f" ORDER BY occurred_at_ms DESC, rank DESC LIMIT {read_limit}"
        )
        for goes_on in (False, True)
        for read_limit in (SMALL_READ, LARGE_READ)
    }


_OF_CONTACT = _pages("contact_id")
_OF_COMPANY = _pages("company_id")


def contact_timeline(
    connection: Connection, project_id: str, contact_id: str, page: Page[Moment]
) -> Found[Moment] | None:
    """The timeline of the contact, also of one that was merged away; None if there is none."""
    contact = _CONTACT_EXISTS.row(connection, {"project_id": project_id, "contact_id": contact_id})
    return None if contact is None else _found(connection, _OF_CONTACT, project_id, contact, page)


def company_activity(
    connection: Connection, project_id: str, company_id: str, page: Page[Moment]
) -> Found[Moment] | None:
    """The activity of the company, by its id or external id; None if there is none."""
    company = _COMPANY_EXISTS.row(connection, {"project_id": project_id, "company_id": company_id})
    return None if company is None else _found(connection, _OF_COMPANY, project_id, company, page)


def _found(
    connection: Connection,
    pages: dict[tuple[bool, int], Statement],
    project_id: str,
    record: Row,
    page: Page[Moment],
) -> Found[Moment]:
    occurred_at_ms, rank = page.after or (None, None)
    statement = pages[page.after is not None, page.read_limit]
    values = {"occurred_at_ms": occurred_at_ms, "rank": rank, "record_id": record[0]}
    rows = statement.rows(connection, {"project_id": project_id, **values})
    return page.of([_activity(row) for row in rows], activity_document, _moment_of)


def _activity(row: Row) -> Activity:
    *columns, detail = row
    columns.append(json.loads(detail))
    return Activity(*columns)


def _moment_of(row: Activity) -> Moment:
    return row.occurred_at_ms, row.rank
