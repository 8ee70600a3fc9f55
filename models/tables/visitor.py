"""The widget-side identity (contract §1)."""

from typing import Any

from sqlmodel import SQLModel

from models.tables.columns import belongs_to, integer, json, look_up, text


class VisitorTable(SQLModel, table=True):
    """One visitor, its contact once known, and the company its `company.id` made active."""

    __tablename__ = "visitors"
    __table_args__ = (
        belongs_to("contacts", "contact_id", "id"),
        look_up("visitors_of_contact", "contact_id"),
        look_up("visitors_of_active_company", "active_company_id"),
    )

    project_id: str = text(key=True)
    visitor_id: str = text(key=True)
    contact_id: str | None = text(null=True)
    active_company_id: str | None = text(null=True)
    properties: dict[str, Any] = json()
    created_at_ms: int = integer()
    updated_at_ms: int = integer()
