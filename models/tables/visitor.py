"""The widget-side identity (contract §1)."""

from typing import Any

from sqlalchemy import Index, column
from sqlmodel import SQLModel

from models.tables.columns import belongs_to, integer, json, text


class VisitorTable(SQLModel, table=True):
    """One visitor, its contact once known, and the company its `company.id` made active."""

    __tablename__ = "visitors"
    __table_args__ = (
        belongs_to("contacts", "contact_id", "id"),
        Index(
            "visitors_of_contact",
            "project_id",
            "contact_id",
            postgresql_where=column("contact_id").is_not(None),
            sqlite_where=column("contact_id").is_not(None),
        ),
        Index(
            "visitors_of_active_company",
            "project_id",
            "active_company_id",
            postgresql_where=column("active_company_id").is_not(None),
            sqlite_where=column("active_company_id").is_not(None),
        ),
    )

    project_id: str = text(key=True)
    visitor_id: str = text(key=True)
    contact_id: str | None = text(null=True)
    active_company_id: str | None = text(null=True)
    properties: dict[str, Any] = json()
    created_at_ms: int = integer()
    updated_at_ms: int = integer()
