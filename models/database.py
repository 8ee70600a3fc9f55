"""The only place where a transaction begins and ends."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Error as SqliteError
from typing import Any

from psycopg import Error as PostgresqlError
from sqlalchemy import Connection
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from config.settings import Settings
from models.engines import postgresql_engine, sqlite_engine
from models.patient_connection import AnswerOverdue

# PostgreSQL's states that pass by themselves, by the beginning of their SQLSTATE, in this order:
# connection; read-only or ended transaction; serialization and deadlock; resources; locks; an
# operator, time limits, a server that starts or stops; its system; and a right that was taken away,
# of which no operation is guilty.
TRANSIENT_CLASSES = ("08", "25", "40", "53", "55", "57", "58", "42501")
TRANSIENT_SQLITE = (
    "database is locked",
    "database table is locked",
    "database or disk is full",
    "readonly database",
    "disk i/o",
    "unable to open",
)

_QUERY_CANCELED = "57014"
_READ_ONLY = "25006"
_INTERRUPTED = "SQLITE_INTERRUPT"
# undefined_table, undefined_column
_MISSING_STATES = ("42P01", "42703")
_MISSING_TEXTS = ("no such table", "no such column")


class Transient(Exception):
    """The database is away or busy; the same work can succeed later. Carries no personal data."""

    quotes_no_data = True


class StatementTimeout(Transient):
    """A statement took longer than statements may, or somebody cancelled it."""


class NoAnswer(Transient):
    """The server has said nothing for longer than a statement may take, and was given up."""


class NotMigrated(Transient):
    """The database has not the tables or columns that this code needs; a migration mends it."""

    code = "database_not_migrated"
    detail = "The database is not set up yet, or older than this program: run `hal-ingest migrate`."

    def __init__(self) -> None:
        super().__init__("not migrated: run hal-ingest migrate")


class Database:
    """A database by its URL (`sqlite:///…` or `postgresql+psycopg://…`)."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 5,
        connect_timeout_s: float = 1.0,
        statement_timeout_s: float = 10.0,
        lock_timeout_s: float = 2.0,
        idle_in_transaction_timeout_s: float = 5.0,
    ) -> None:
        self.is_postgresql = make_url(url).get_backend_name() == "postgresql"
        if self.is_postgresql:
            timeouts_s = {
                "statement_timeout": statement_timeout_s,
                "lock_timeout": lock_timeout_s,
                "idle_in_transaction_session_timeout": idle_in_transaction_timeout_s,
            }
            self.engine = postgresql_engine(url, pool_size, connect_timeout_s, timeouts_s)
        else:
            self.engine = sqlite_engine(url, pool_size, lock_timeout_s)

    @contextmanager
    def transaction(self, *, computing_s: float = math.inf) -> Iterator[Connection]:
        """A write transaction; commits on a clean exit and rolls back on any exception.

        `computing_s` is what it may compute in SQLite. Raises Transient for what passes by itself,
        NotMigrated for a missing table; other database errors come through as they are.
        """
        with (
            translated(),
            self.engine.connect() as connection,
            _left_if_read_only(connection),
            connection.execution_options(computing_s=computing_s).begin(),
        ):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reads; it takes no write lock. Raises Transient like `transaction`."""
        with (
            translated(),
            self.engine.connect() as connection,
            connection.execution_options(reading=True).begin(),
        ):
            yield connection

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _left_if_read_only(connection: Connection) -> Iterator[None]:
    """Has the next transaction connect anew, where this one's session may not write.

    It may be that of a server that became a replica, and a session keeps what it began with when
    the database may be written to again.
    """
    try:
        yield
    except (DBAPIError, PostgresqlError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if getattr(cause, "sqlstate", None) == _READ_ONLY:
            connection.invalidate()
        raise


def open_database(settings: Settings) -> Database:
    """The database that the settings name, with their bounds."""
    return Database(
        settings.database_url,
        pool_size=settings.database_pool_size,
        connect_timeout_s=settings.database_timeout_s,
        statement_timeout_s=settings.statement_timeout_s,
        lock_timeout_s=settings.lock_timeout_s,
        idle_in_transaction_timeout_s=settings.idle_in_transaction_timeout_s,
    )


def sqlite_file(database_url: str | URL) -> Path | None:
    """The file of an SQLite database, None for another kind."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or url.database is None:
        return None
    return Path(url.database)


def missing_file(database_url: str | URL) -> Path | None:
    """The file of an SQLite database that is surely not there; None for any other database.

    In a folder that may not be looked into only opening it tells.
    """
    file = sqlite_file(database_url)
    try:
        return None if file is None or file.exists() else file
    except OSError:
        return None


@contextmanager
def translated() -> Iterator[None]:
    """Turns the driver's passing errors into Transient, without their statement or values.

    A missing table or column becomes NotMigrated. Statements that were handed to the driver itself
    raise its own errors, the others SQLAlchemy's.
    """
    try:
        yield
    except PoolTimeout:
        raise Transient("no free connection in the pool") from None
    except (DBAPIError, PostgresqlError, SqliteError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        is_lost = isinstance(error, DBAPIError) and error.connection_invalidated
        if isinstance(cause, AnswerOverdue):
            raise NoAnswer(type(cause).__name__) from None
        if _is_cut_off(cause):
            raise StatementTimeout(type(cause).__name__) from None
        if is_lost or _passes(cause):
            raise Transient(type(cause).__name__) from None
        if _is_missing_table(cause):
            raise NotMigrated from None
        raise


def _is_cut_off(error: Any) -> bool:
    return (
        getattr(error, "sqlstate", None) == _QUERY_CANCELED
        or getattr(error, "sqlite_errorname", None) == _INTERRUPTED
    )


def _is_missing_table(error: Any) -> bool:
    state = getattr(error, "sqlstate", None)
    return state in _MISSING_STATES or str(error).startswith(_MISSING_TEXTS)


def _passes(error: Any) -> bool:
    state = getattr(error, "sqlstate", None)
    if state is not None:
        return str(state).startswith(TRANSIENT_CLASSES)
    text = str(error).lower()
    return type(error).__name__ == "OperationalError" and (
        type(error).__module__.startswith("psycopg") or any(t in text for t in TRANSIENT_SQLITE)
    )
