"""The plain work once more, as a project on this stack writes it: SQLModel tables and a session.

The same tables, the same two upserts and the same event as `plain_work`, on PostgreSQL.
"""

from typing import Any

from sqlalchemy import BigInteger, func
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlmodel import Field, MetaData, Session, SQLModel, col, create_engine

from models.compact_json import encode
from tests.benchmarks.baselines.plain_work import Payload

MOST_THREADS = 32
"""Each keeps its connection."""


class PlainTable(SQLModel):
    """Tables of their own, beside the product's."""

    metadata = MetaData()


class Contact(PlainTable, table=True):
    """A person, by email."""

    __tablename__ = "plain_contacts"

    project_id: str = Field(primary_key=True)
    email: str = Field(primary_key=True)
    name: str | None = None
    metadata_: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"name": "metadata"})
    updated_at_ms: int = Field(sa_type=BigInteger)


class Visitor(PlainTable, table=True):
    """A visitor, and the email by which it is known."""

    __tablename__ = "plain_visitors"

    project_id: str = Field(primary_key=True)
    visitor_id: str = Field(primary_key=True)
    email: str | None = None


class Event(PlainTable, table=True):
    """What a visitor did."""

    __tablename__ = "plain_events"

    id: str = Field(primary_key=True)
    project_id: str
    visitor_id: str
    name: str
    value: str
    occurred_at_ms: int = Field(sa_type=BigInteger)


class SqlmodelWork:
    """A database with the plain tables, for any number of threads."""

    def __init__(self, database_url: str) -> None:
        self._engine = create_engine(database_url, pool_size=MOST_THREADS)

    def apply(
        self, project_id: str, operation_type: str, payload: Payload, operation_id: str, now_ms: int
    ) -> None:
        """Write one operation and commit."""
        visitor_id = payload["visitor_id"]
        with Session(self._engine) as session:
            if operation_type == "identify":
                session.exec(_contact(project_id, payload, now_ms))
            session.exec(_visitor(project_id, payload))
            if operation_type == "track":
                event = Event(
                    id=operation_id,
                    project_id=project_id,
                    visitor_id=visitor_id,
                    name=payload["name"],
                    value=encode(payload.get("value")).decode(),
                    occurred_at_ms=now_ms,
                )
                session.add(event)
            session.commit()


def _contact(project_id: str, payload: Payload, now_ms: int) -> Insert:
    new = insert(Contact).values(
        project_id=project_id,
        email=payload.get("email"),
        name=payload.get("name"),
        metadata_=payload.get("metadata", {}),
        updated_at_ms=now_ms,
    )
    sent = new.excluded
    merged = {
        "name": sent.name,
        "metadata": col(Contact.metadata_).op("||")(sent["metadata"]),
        "updated_at_ms": sent.updated_at_ms,
    }
    return new.on_conflict_do_update(index_elements=["project_id", "email"], set_=merged)


def _visitor(project_id: str, payload: Payload) -> Insert:
    new = insert(Visitor).values(
        project_id=project_id, visitor_id=payload["visitor_id"], email=payload.get("email")
    )
    known = func.coalesce(new.excluded.email, Visitor.email)
    return new.on_conflict_do_update(
        index_elements=["project_id", "visitor_id"], set_={"email": known}
    )
