"""The database of a round, with the faults that only it can have."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psycopg
from psycopg import sql

from models.database import sqlite_file
from tests.faults.link import Link, Links, SocketFile
from tests.services.databases import sqlite_database
from tests.services.postgres_keeper import SUPERUSER
from tests.services.postgres_process import PostgresProcess

SOCKET = ".s.PGSQL.5432"
LOCKED_TABLES = ("contacts", "operations", "mailboxes", "visitors", "activity")
PIECE_S = 0.2
GAP_S = 0.05
WHOLE_CRASH = {"synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "64MB"}
"""A commit survives the server's end, if not that of the machine: nothing waits for the disk."""


class Ground(Protocol):
    """A database: by its own URL, and by those of the ways that edges and workers take."""

    url: str
    url_of_edges: str
    url_of_workers: str


class SqliteGround:
    """A file; it has no way that could break, but anybody may lock it."""

    def __init__(self, folder: Path) -> None:
        self.url = self.url_of_edges = self.url_of_workers = sqlite_database(folder)

    def lock(self, lasts_s: float) -> None:
        """Holds the write lock, as a backup or somebody's shell may."""
        file = sqlite_file(self.url)
        with closing(sqlite3.connect(str(file), timeout=lasts_s + 10, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            threading.Event().wait(lasts_s)
            db.execute("ROLLBACK")

    def lock_again_and_again(self, lasts_s: float) -> None:
        """Holds it in pieces, between which somebody may be quicker."""
        for _ in range(round(lasts_s / PIECE_S)):
            self.lock(PIECE_S)
            threading.Event().wait(GAP_S)


class PostgresGround:
    """A database of its own on a server that can be stopped, reached through two links."""

    def __init__(self, server: PostgresProcess, links: Links) -> None:
        self.server = server
        self.name = f"faults_{uuid4().hex[:12]}"
        socket = SocketFile(server.folder / SOCKET)
        self.edges: Link = links.to("edge to database", socket)
        self.workers: Link = links.to("worker to database", socket)
        self.url = server.url.replace("/postgres?", f"/{self.name}?")
        self.url_of_edges = self._url_over(self.edges)
        self.url_of_workers = self._url_over(self.workers)
        self._administer(sql.SQL("CREATE DATABASE {} TEMPLATE postgres"))

    def restart(self, down_s: float) -> None:
        """Stops the server, which breaks off every transaction, and starts it again."""
        self.server.stop()
        threading.Event().wait(down_s)
        self.server.start()

    def crash(self, down_s: float) -> None:
        """Ends the server without a last word, and has it recover."""
        self.server.crash()
        threading.Event().wait(down_s)
        self.server.start()

    def terminate_sessions(self) -> None:
        """Ends every session of the product, as an administrator may."""
        with self._connected(self.name) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def lock_table(self, table: str, lasts_s: float) -> None:
        """Locks a table against everybody, as a migration may."""
        with self._connected(self.name) as connection, connection.transaction():
            locking = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE")
            connection.execute(locking.format(sql.Identifier(table)))
            threading.Event().wait(lasts_s)

    def drop(self) -> None:
        """Removes the database."""
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"))

    def _administer(self, statement: sql.SQL) -> None:
        with self._connected("postgres") as connection:
            connection.execute(statement.format(sql.Identifier(self.name)))

    @contextmanager
    def _connected(self, database: str) -> Iterator[psycopg.Connection]:
        address = f"postgresql://{SUPERUSER}@/{database}?host={self.server.folder}"
        with psycopg.connect(address, autocommit=True) as connection:
            yield connection

    def _url_over(self, link: Link) -> str:
        options = "sslmode=disable&gssencmode=disable"
        return f"postgresql+psycopg://{SUPERUSER}@127.0.0.1:{link.port}/{self.name}?{options}"


@contextmanager
def postgres_server() -> Iterator[PostgresProcess]:
    """A server for many rounds: its commits survive a crash."""
    with PostgresProcess(WHOLE_CRASH) as server:
        yield server
