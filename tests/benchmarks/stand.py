"""What a benchmark stands on: a durable Redis, a durable database, and a project in it.

Both sync every commit to disk, as in production: the tests' own PostgreSQL does not.
"""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg
from redis import Redis
from sqlalchemy import text

from models.database import Database
from models.provisioning.projects import CreatedProject, create_project
from tests.benchmarks.bodies import named_project
from tests.benchmarks.process_usage import parent_of
from tests.services.databases import postgresql_database, sqlite_database
from tests.services.postgres_keeper import start_postgres, url_of
from tests.services.processes import Services
from tests.services.redis_process import RedisProcess
from tests.services.run_folder import run_folder

DatabaseKind = Literal["postgresql", "sqlite"]
DATABASE_KINDS: tuple[DatabaseKind, ...] = ("postgresql", "sqlite")

PROJECT_ID = "bench"
STAGES = ("Lead", "Qualified", "Proposal", "Customer")
NO_CAP = 1_000_000_000
_DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "min_wal_size": "2GB",
    "max_wal_size": "4GB",
}
LOG_FILES = 128
"""So many files of PostgreSQL's log are there beforehand, as on a server that has run for a while.

A new one is filled with zeros while everybody waits: 60 ms every four seconds of a busy mailbox.
"""


@dataclass(frozen=True, slots=True)
class Stand:
    """One Redis, one database with a project, the processes on them, all ended on leaving."""

    redis_url: str
    database_url: str
    services: Services
    redis: Redis
    keys: CreatedProject
    redis_pid: int

    @property
    def postgresql_pid(self) -> int | None:
        """The server behind all of PostgreSQL's processes; None for SQLite."""
        if not self.database_url.startswith("postgresql"):
            return None
        database = self.database
        with database.reading() as connection:
            backend: int = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            server = parent_of(backend)
        database.close()
        return server

    @property
    def database(self) -> Database:
        """The database, for whoever fills it beforehand and closes it."""
        return Database(self.database_url, statement_timeout_s=600.0)


@contextmanager
def stand(kind: DatabaseKind, projects: int = 1) -> Iterator[Stand]:
    """Yield a stand on an empty database of this kind that holds so many projects."""
    with (
        _folder() as folder,
        RedisProcess(durable=True, parent=run_folder()) as server,
        _database(kind, folder) as database_url,
        Redis.from_url(server.url) as redis,
        Services(server.url, database_url, folder, **_settings()) as services,
    ):
        services.is_cold = True  # forks share memory with what they were forked off
        keys = _made_projects(database_url, projects)
        pid = 0 if server.child is None else server.child.pid
        yield Stand(server.url, database_url, services, redis, keys, pid)


def _made_projects(database_url: str, count: int) -> CreatedProject:
    """Makes the projects; returns the first one's keys."""
    database = Database(database_url)
    try:
        with database.transaction() as connection:
            now_ms = time.time_ns() // 1_000_000
            names = [named_project(PROJECT_ID, n) for n in range(count)]
            made = [create_project(connection, name, name, STAGES, now_ms) for name in names]
            return made[0]
    finally:
        database.close()


@contextmanager
def durable_postgresql() -> Iterator[None]:
    """While entered, databases are made on a PostgreSQL of its own that loses no commit.

    One that TEST_DATABASE_URL names is taken as it is.
    """
    if os.environ.get("TEST_DATABASE_URL"):
        yield
        return
    folder = Path(tempfile.mkdtemp(prefix="hal-postgres-", dir="/tmp"))
    server = start_postgres(folder, _DURABLE)
    _make_log_files(url_of(folder))
    os.environ["TEST_DATABASE_URL"] = url_of(folder)
    try:
        yield
    finally:
        os.environ.pop("TEST_DATABASE_URL")
        server.send_signal(signal.SIGINT)
        server.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def _make_log_files(url: str) -> None:
    address = url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address, autocommit=True) as connection:
        for _ in range(LOG_FILES):
            connection.execute("SELECT pg_logical_emit_message(false, 'benchmark', '')")
            connection.execute("SELECT pg_switch_wal()")
        # What was written before it is kept for what is written next.
        connection.execute("CHECKPOINT")


def _settings() -> dict[str, object]:
    """The product's own settings, but for caps that a benchmark fills on purpose."""
    return {
        "mailbox_max_entries": NO_CAP,
        "mailbox_max_bytes": NO_CAP,
        "log_level": "WARNING",
        "log_format": "console",
    }


@contextmanager
def _database(kind: DatabaseKind, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield sqlite_database(folder)
    else:
        with postgresql_database() as url:
            yield url


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="hal-bench-", dir=run_folder()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
