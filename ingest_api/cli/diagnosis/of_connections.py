"""Connections to PostgreSQL: whether all processes can have what their pools may take."""

from typing import Any

from sqlalchemy import text

from config.settings import Settings
from ingest_api.cli.diagnosis.check import Check, ok, unread_in_database
from models.database import Database, Transient

NAME = "database_connections"
NEARLY_ALL = 0.9
MEND = "raise PostgreSQL's max_connections, or lower DATABASE_POOL_SIZE or the number of processes"

_COUNTS = text(
    "SELECT current_setting('max_connections')::int"
    " - current_setting('superuser_reserved_connections')::int AS allowed,"
    " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used"
)


def check_connections(database: Database, settings: Settings, edges: int, workers: int) -> Check:
    """Compare what is allowed with what is used, and with what all processes may use.

    `edges` and `workers` live; edges count at least as many as WEB_WORKERS asks for.
    """
    edges = max(edges, settings.web_workers)
    if not database.is_postgresql:
        return ok(NAME, "SQLite has no limit")
    try:
        with database.reading() as connection:
            found: Any = connection.execute(_COUNTS).one()
    except Transient as error:
        return unread_in_database(NAME, error)
    wanted = settings.database_pool_size * (edges + workers)
    told = (
        f"{found.used} of {found.allowed} in use; {edges} edge and {workers} worker processes "
        f"may take {wanted}"
    )
    if wanted > found.allowed or found.used > found.allowed * NEARLY_ALL:
        return Check(NAME, "warn", told, MEND)
    return ok(NAME, told)
