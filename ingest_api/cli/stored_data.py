"""The database of the environment's settings, opened for one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.settings import Settings, load_settings
from models.database import Database, NotMigrated, missing_file


class NoFile(NotMigrated):
    """The file of an SQLite database is not there."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.detail = (
            f"There is no database at {file.absolute()}: run `hal-ingest migrate`, or name the one "
            "that is meant in DATABASE_URL."
        )


@contextmanager
def stored_data() -> Iterator[Database]:
    """Yield the database. Raises SettingsError, and NoFile."""
    settings = load_settings()
    file = missing_file(settings.database_url)
    if file is not None:
        raise NoFile(file)
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
