"""The ledger: what became of each accepted operation (contract §4)."""

from typing import Any

from sqlalchemy import Index, column
from sqlmodel import SQLModel

from models.tables.columns import integer, json, look_up, text


class OperationTable(SQLModel, table=True):
    """One applied operation, written in the transaction that holds its effects."""

    __tablename__ = "operations"
    __table_args__ = (
        look_up("operations_in_sequence", "sequence", unique=True, never_null=True),
        look_up("operations_by_key", "idempotency_key", "type", unique=True),
        look_up("operations_of_visitor", "visitor_id", "id"),
        look_up("operations_of_contact", "contact_id", "id"),
        look_up("operations_by_type", "type", "id", never_null=True),
        Index(
            "operations_not_applied",
            "project_id",
            "status",
            "id",
            postgresql_where=column("status") != "applied",
            sqlite_where=column("status") != "applied",
        ),
    )

    project_id: str = text(key=True)
    id: str = text(key=True)
    sequence: int = integer()
    type: str = text()
    caller: str = text()
    status: str = text()
    visitor_id: str | None = text(null=True)
    contact_id: str | None = text(null=True)
    company_id: str | None = text(null=True)
    outcome: dict[str, Any] | None = json(null=True)
    problem: dict[str, Any] | None = json(null=True)
    changes: list[Any] = json()
    idempotency_key: str | None = text(null=True)
    fingerprint: str | None = text(null=True)
    replay_of: str | None = text(null=True)
    accepted_at_ms: int = integer()
    applied_at_ms: int = integer()


class DeadLetterTable(SQLModel, table=True):
    """An operation that failed by itself, with what is needed to look into it and replay it."""

    __tablename__ = "dead_letters"

    project_id: str = text(key=True)
    operation_id: str = text(key=True)
    type: str = text()
    envelope: dict[str, Any] = json()
    reason: str = text()
    failed_at_ms: int = integer()
