"""A process that needs tables starts only where there are some."""

from config.settings import Settings
from ingest_api.cli.refusing import refuse
from ingest_api.cli.stored_data import open_database
from models.database import NotMigrated
from models.migrated import starts_unmigrated


def require_migrated(settings: Settings, as_json: bool) -> None:
    """End the command with one line where the database lacks tables.

    A database that is away is no reason to stop: the edge waits for it.
    """
    database = open_database(settings)
    try:
        unmigrated = starts_unmigrated(database)
    finally:
        database.close()
    if unmigrated:
        refuse(NotMigrated.code, NotMigrated.detail, as_json)
