"""The database of the environment's settings, opened for one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from config.settings import Settings, load_settings
from models.database import Database

# undefined_table, undefined_column
_MISSING_STATES = ("42P01", "42703")
_MISSING_TEXTS = ("no such table", "no such column")


class NotMigrated(Exception):
    """The database has not the tables that this code needs."""

    code = "database_not_migrated"
    detail = "The database is not set up yet, or older than this program: run `hal-ingest migrate`."


@contextmanager
def stored_data() -> Iterator[Database]:
    """Yield the database. Raises SettingsError, and NotMigrated for a file that is not there."""
    settings = load_settings()
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        raise NotMigrated
    database = open_database(settings)
    try:
        yield database
    finally:
        database.close()


def open_database(settings: Settings) -> Database:
    """The database with the timeouts of the settings; close it."""
    return Database(
        settings.database_url,
        pool_size=1,
        connect_timeout_s=settings.database_timeout_s,
        statement_timeout_s=settings.statement_timeout_s,
        lock_timeout_s=settings.lock_timeout_s,
        idle_in_transaction_timeout_s=settings.idle_in_transaction_timeout_s,
    )


def sqlite_file(database_url: str) -> Path | None:
    """The file of an SQLite database, None for another kind."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or url.database is None:
        return None
    return Path(url.database)


def is_missing_table(error: DBAPIError) -> bool:
    """Whether a statement named a table or column that the database does not have."""
    state = getattr(error.orig, "sqlstate", None)
    return state in _MISSING_STATES or str(error.orig).startswith(_MISSING_TEXTS)
