"""The work that every plain pipeline does, as anybody would write it: few rows, one commit.

An identify upserts a contact by its email and the visitor that is linked to it; a track upserts the
visitor and inserts the event. There are no companies, merges, receipts, idempotency keys or order:
less than the product does. Connections are kept, one a thread, and statements prepared.
"""

import sqlite3
import threading
from collections.abc import Mapping
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from models.compact_json import encode

Payload = Mapping[str, Any]

TABLES = (
    "CREATE TABLE plain_contacts (project_id text, email text, name text, metadata {json},"
    " updated_at_ms bigint, PRIMARY KEY (project_id, email))",
    "CREATE TABLE plain_visitors (project_id text, visitor_id text, email text,"
    " PRIMARY KEY (project_id, visitor_id))",
    "CREATE TABLE plain_events (id text PRIMARY KEY, project_id text, visitor_id text, name text,"
    " value text, occurred_at_ms bigint)",
    "CREATE INDEX plain_timeline ON plain_events (project_id, visitor_id, occurred_at_ms)",
)
CONTACT = (
    "INSERT INTO plain_contacts VALUES ({p}, {p}, {p}, {p}, {p})"
    " ON CONFLICT (project_id, email) DO UPDATE SET name = excluded.name,"
    " metadata = {merged}, updated_at_ms = excluded.updated_at_ms"
)
VISITOR = (
    "INSERT INTO plain_visitors VALUES ({p}, {p}, {p})"
    " ON CONFLICT (project_id, visitor_id) DO UPDATE"
    " SET email = coalesce(excluded.email, plain_visitors.email)"
)
EVENT = "INSERT INTO plain_events VALUES ({p}, {p}, {p}, {p}, {p}, {p})"
DONE = "SELECT (SELECT count(*) FROM plain_contacts) + (SELECT count(*) FROM plain_events)"

_POSTGRESQL = {"p": "%s", "json": "jsonb", "merged": "plain_contacts.metadata || excluded.metadata"}
_SQLITE = {
    "p": "?",
    "json": "text",
    "merged": "json_patch(plain_contacts.metadata, excluded.metadata)",
}


class PlainWork:
    """A database with the plain tables, for any number of threads."""

    def __init__(self, database_url: str) -> None:
        url = make_url(database_url)
        self._file = url.database if url.get_backend_name() == "sqlite" else None
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._words = _POSTGRESQL if self._file is None else _SQLITE
        self._contact, self._visitor, self._event = (
            statement.format(**self._words) for statement in (CONTACT, VISITOR, EVENT)
        )
        self._mine = threading.local()

    def make_tables(self) -> None:
        """Make the tables anew."""
        connection = self._connection()
        for name in ("contacts", "visitors", "events"):
            connection.execute(f"DROP TABLE IF EXISTS plain_{name}")
        for statement in TABLES:
            connection.execute(statement.format(**self._words))
        connection.commit()

    def done(self) -> int:
        """How many operations of a mix of new people and events are committed."""
        connection = self._connection()
        counted: int = connection.execute(DONE).fetchone()[0]
        connection.rollback()
        return counted

    def apply(
        self, project_id: str, operation_type: str, payload: Payload, operation_id: str, now_ms: int
    ) -> None:
        """Write one operation and commit."""
        connection = self._connection()
        if self._file is not None:
            connection.execute("BEGIN IMMEDIATE")
        visitor_id, email = payload["visitor_id"], payload.get("email")
        if operation_type == "identify":
            metadata = encode(payload.get("metadata", {})).decode()
            contact = (project_id, email, payload.get("name"), metadata, now_ms)
            connection.execute(self._contact, contact)
        connection.execute(self._visitor, (project_id, visitor_id, email))
        if operation_type == "track":
            value = encode(payload.get("value")).decode()
            event = (operation_id, project_id, visitor_id, payload["name"], value, now_ms)
            connection.execute(self._event, event)
        connection.commit()

    def _connection(self) -> Any:
        if not hasattr(self._mine, "connection"):
            self._mine.connection = self._connected()
        return self._mine.connection

    def _connected(self) -> Any:
        if self._file is None:
            return psycopg.connect(self._address, prepare_threshold=0)
        connection = sqlite3.connect(self._file, timeout=30.0, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        return connection
