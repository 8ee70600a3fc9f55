"""Whether the database has the tables and columns that this code names."""

import logging
from functools import cache

from sqlalchemy import Connection, Executable, exists, select
from sqlalchemy.exc import DBAPIError

from config.known_reasons import known_reason
from models import tables
from models.database import Database, NotMigrated, Transient, missing_file

log = logging.getLogger(__name__)


def require_tables(connection: Connection) -> None:
    """Names every table and column, and reads no row.

    Inside `Database.reading` it raises NotMigrated where one of them is missing.
    """
    connection.execute(_every_column())


def is_unmigrated(database: Database) -> bool:
    """Whether the database lacks a table; False for one that cannot be asked now."""
    try:
        return _lacks_a_table(database)
    except (Transient, DBAPIError):
        return False


def starts_unmigrated(database: Database) -> bool:
    """The same for a process that starts, and goes on where it cannot ask: its log says so."""
    try:
        return _lacks_a_table(database)
    except (Transient, DBAPIError) as error:
        reason = known_reason(error)
        log.warning("the database cannot be asked yet (%s): `hal-ingest doctor` says more", reason)
        return False


def _lacks_a_table(database: Database) -> bool:
    # Opening a file that is not there would make it.
    if missing_file(database.engine.url) is not None:
        return True
    try:
        with database.reading() as connection:
            require_tables(connection)
    except NotMigrated:
        return True
    return False


@cache
def _every_column() -> Executable:
    found = (getattr(tables, name) for name in tables.__all__)
    return select(*(exists(select(table).limit(0)) for table in found))
