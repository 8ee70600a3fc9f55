"""What happened: events, stage and deal changes, merges, links (contract §7, §9, §11)."""

from typing import Any

from sqlalchemy import Index, column
from sqlmodel import SQLModel

from models.tables.columns import integer, json, look_up, text


class ActivityTable(SQLModel, table=True):
    """One row of a contact's timeline, of a company's activity, or of both."""

    __tablename__ = "activity"
    __table_args__ = (
        look_up("timeline", "contact_id", "occurred_at_ms", "rank"),
        look_up("company_activity", "company_id", "occurred_at_ms", "rank"),
        Index(
            "unclaimed_activity",
            "project_id",
            "visitor_id",
            postgresql_where=column("contact_id").is_(None),
            sqlite_where=column("contact_id").is_(None),
        ),
    )

    project_id: str = text(key=True)
    id: str = text(key=True)
    kind: str = text()
    contact_id: str | None = text(null=True)
    company_id: str | None = text(null=True)
    visitor_id: str | None = text(null=True)
    name: str | None = text(null=True)
    detail: dict[str, Any] = json()
    operation_id: str = text()
    rank: int = integer()
    occurred_at_ms: int = integer()
    recorded_at_ms: int = integer()
