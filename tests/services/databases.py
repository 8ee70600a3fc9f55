"""Migrated, empty databases: made once a run, copied for each test."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from config.settings import Settings
from models.migrations import upgrade
from tests.services.run_folder import one_at_a_time
from tests.services.waiting import wait_until

_ROOT = Path(__file__).resolve().parents[2]
_keepers: list[subprocess.Popen[bytes]] = []


def postgresql_server_url() -> str:
    """Return the URL of a database on a real PostgreSQL server, starting one if necessary."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return Settings(database_url=given).database_url
    with one_at_a_time("postgres") as folder:
        answer = folder / "postgres.json"
        if not answer.exists():
            command = [sys.executable, "-m", "tests.services.postgres_keeper", str(folder)]
            _keepers.append(subprocess.Popen(command, cwd=_ROOT, start_new_session=True))
            wait_until(answer.exists, 60, "PostgreSQL was started")
    told: dict[str, str] = json.loads(answer.read_text(encoding="utf-8"))
    if "error" in told:
        raise RuntimeError(told["error"])
    return told["url"]


@contextmanager
def postgresql_database() -> Iterator[str]:
    """Yield the URL of a migrated, empty database, and drop it at the end."""
    server = make_url(postgresql_server_url())
    with _copy_of(server, _postgresql_template(server)) as url:
        yield url


@contextmanager
def empty_postgresql_database() -> Iterator[str]:
    """Yield the URL of a database without tables, and drop it at the end."""
    with _copy_of(make_url(postgresql_server_url()), "template1") as url:
        yield url


@contextmanager
def _copy_of(server: URL, template: str) -> Iterator[str]:
    name = f"hal_{uuid.uuid4().hex}"
    _administer(server, "CREATE DATABASE {} TEMPLATE {}", name, template)
    try:
        yield _named(server, name)
    finally:
        _administer(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def drop_postgresql_template(folder: Path) -> None:
    """Drop this run's template from a server that outlives the run."""
    noted = folder / "postgresql-template"
    given = os.environ.get("TEST_DATABASE_URL")
    if given and noted.exists():
        server = make_url(Settings(database_url=given).database_url)
        name = noted.read_text(encoding="utf-8")
        _administer(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _postgresql_template(server: URL) -> str:
    with one_at_a_time("postgresql-template") as folder:
        noted = folder / "postgresql-template"
        if not noted.exists():
            name = f"hal_template_{uuid.uuid4().hex}"
            _administer(server, "CREATE DATABASE {}", name)
            upgrade(_named(server, name))
            noted.write_text(name, encoding="utf-8")
        return noted.read_text(encoding="utf-8")


def _administer(server: URL, statement: str, *names: str) -> None:
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _named(server: URL, database: str) -> str:
    return server.set(database=database).render_as_string(hide_password=False)


def sqlite_database(folder: Path) -> str:
    """Return the URL of a migrated, empty database in `folder`."""
    with one_at_a_time("sqlite-template") as run_folder:
        template = run_folder / "template.db"
        if not template.exists():
            draft = run_folder / "draft.db"
            upgrade(f"sqlite:///{draft}")
            with closing(sqlite3.connect(draft)) as connection:
                # The copy takes one file: nothing may be left in the write-ahead log.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            draft.rename(template)
    copy = folder / "hal-ingest.db"
    shutil.copyfile(template, copy)
    return f"sqlite:///{copy}"
