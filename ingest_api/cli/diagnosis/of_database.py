"""The database: reachable, migrated, and keeping what was committed (contract §4)."""

from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from config.known_reasons import known_reason
from config.settings import Settings
from ingest_api.cli.diagnosis.check import Check, ok
from ingest_api.cli.stored_data import open_database
from models.database import Database, Transient, missing_file
from models.migrations import current_and_newest, is_known

MIGRATE = "run `hal-ingest migrate`"
UPDATE = "update this program; only the release before the one that migrated runs on its tables"
_MEND_SERVER = (
    "start the database, and see that DATABASE_URL has the right address, name and password"
)
_MEND_FILE = (
    "see that DATABASE_URL names the file that `hal-ingest migrate` made, and that this user may "
    "write to it and to its folder"
)
_SQLITE_SYNCHRONOUS = ("OFF", "NORMAL", "FULL", "EXTRA")
_SYNCHRONOUS_ENOUGH = ("FULL", "EXTRA")


def check_database(settings: Settings) -> tuple[list[Check], Database | None]:
    """The checks, and the database for further ones where it can be reached; close it."""
    file = missing_file(settings.database_url)
    if file is not None:
        return [Check("database", "fail", f"{file.absolute()} is not there yet", MIGRATE)], None
    database = open_database(settings)
    try:
        with database.reading() as connection:
            checks = _durability(connection, database.is_postgresql)
        checks.append(_version(database))
    except (Transient, DBAPIError) as error:
        database.close()
        return [_away(error, _MEND_SERVER if database.is_postgresql else _MEND_FILE)], None
    return checks, database


def _away(error: Exception, mend: str) -> Check:
    return Check("database", "fail", f"cannot be used ({known_reason(error)})", mend)


def _durability(connection: Connection, is_postgresql: bool) -> list[Check]:
    return _of_postgresql(connection) if is_postgresql else _of_sqlite(connection)


def _of_postgresql(connection: Connection) -> list[Check]:
    names = ("server_version", "fsync", "synchronous_commit", "full_page_writes")
    columns = ", ".join(f"current_setting('{name}') AS {name}" for name in names)
    found: Any = connection.execute(text(f"SELECT {columns}")).one()
    off = [name for name in names[1:] if getattr(found, name) == "off"]
    reachable = ok("database", f"PostgreSQL {found.server_version}")
    if off:
        lost = Check(
            "database_durability",
            "fail",
            f"{' and '.join(off)} off: a crash may lose or damage what was committed",
            f"set {', '.join(f'{name} = on' for name in off)}",
        )
        return [reachable, lost]
    kept = f"fsync on, synchronous_commit {found.synchronous_commit}, full_page_writes on"
    return [reachable, ok("database_durability", kept)]


def _of_sqlite(connection: Connection) -> list[Check]:
    version = connection.execute(text("SELECT sqlite_version()")).scalar_one()
    journal = str(connection.execute(text("PRAGMA journal_mode")).scalar_one())
    synchronous = _SQLITE_SYNCHRONOUS[connection.execute(text("PRAGMA synchronous")).scalar_one()]
    reachable = ok("database", f"SQLite {version}")
    told = f"journal_mode {journal}, synchronous {synchronous}"
    if journal == "wal" and synchronous in _SYNCHRONOUS_ENOUGH:
        return [reachable, ok("database_durability", told)]
    mend = "keep the file on a local disk, where SQLite can use its write-ahead log"
    return [reachable, Check("database_durability", "fail", told, mend)]


def _version(database: Database) -> Check:
    current, newest = current_and_newest(database)
    if current == newest:
        return ok("migrations", f"version {current}")
    if current is None:
        return Check("migrations", "fail", "the database has no tables yet", MIGRATE)
    if not is_known(database, current):
        # While the release that migrated is rolled back (docs/operations/deploys.md).
        told = f"version {current} is of a newer program; this one knows {newest}"
        return Check("migrations", "warn", told, UPDATE)
    return Check("migrations", "fail", f"version {current}, this program needs {newest}", MIGRATE)
