"""The tenant, its settings (contract §11 `GET /api/project`) and its place in the mailbox."""

from typing import Any

from sqlmodel import SQLModel

from models.tables.columns import integer, json, text


class ProjectTable(SQLModel, table=True):
    """One project. `email_trust` is null while it follows `identity_verification` (§2)."""

    __tablename__ = "projects"

    id: str = text(key=True)
    name: str = text()
    stage_update_mode: str = text()
    identity_verification: str = text()
    verify_all_writes: bool
    require_token_expiry: bool
    email_trust: str | None = text(null=True)
    require_publishable_key: bool
    allowed_origins: list[str] = json()
    allow_widget_exact: bool
    first_linked_fallback: bool
    create_unknown_companies: bool
    rate_limits: dict[str, Any] = json()
    created_at_ms: int = integer()
    updated_at_ms: int = integer()


class MailboxTable(SQLModel, table=True):
    """The row that a drain locks, and the sequence of the last operation that was applied."""

    __tablename__ = "mailboxes"

    project_id: str = text(key=True, foreign_key="projects.id")
    sequence: int = integer()
