"""The database of the environment's settings, opened for one command."""

from collections.abc import Iterator
from contextlib import contextmanager

from config.settings import Settings, load_settings
from models.database import Database, NotMigrated, sqlite_file


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
