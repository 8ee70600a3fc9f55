"""Visitors as account routes show them (contract §11)."""

from typing import Any

from sqlalchemy import Connection

from models.documents.exact import JsonText
from models.queries.statement import Statement

_ONE = Statement(
    "SELECT visitor_id, contact_id, active_company_id, CAST(properties AS text) FROM visitors"
    " WHERE project_id = :project_id AND visitor_id = :visitor_id"
)


def find_visitor(connection: Connection, project_id: str, visitor_id: str) -> dict[str, Any] | None:
    """The visitor's document, None for one that was never seen."""
    row = _ONE.row(connection, {"project_id": project_id, "visitor_id": visitor_id})
    if row is None:
        return None
    found, contact_id, active_company_id, properties = row
    return {
        "visitor_id": found,
        "contact_id": contact_id,
        "active_company_id": active_company_id,
        "properties": JsonText(properties),
    }
