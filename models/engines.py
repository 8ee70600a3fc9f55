"""How a database is connected to."""

import math
import os
import select
import socket
import time
from functools import partial
from typing import Any

from psycopg.types.json import set_json_loads
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

from models import compact_json
from models.patient_connection import PatientConnection

SEND_BUFFER_BYTES = 1024 * 1024
"""Of which the system gives what it allows."""
KEPT_STATEMENTS = 256
"""Prepared ones of a connection to PostgreSQL: a worker has some 110, and psycopg keeps 100."""
LOOK_EVERY_STEPS = 2_000_000
"""Of SQLite's machine, some ten milliseconds: no statement of a few rows is looked at."""
COMPUTING = "computing"
"""Where a connection's `info` has its `Computing`."""

# Of JSON columns, which hold nothing but what this program wrote.
set_json_loads(compact_json.decode)


def postgresql_engine(
    url: str, pool_size: int, connect_timeout_s: float, timeouts_s: dict[str, float]
) -> Engine:
    """Of a PostgreSQL; `timeouts_s` by the name of the server's parameter."""
    # Plans are made while tables are still empty and kept per connection: without this a drain
    # may scan whole tables, and a list sort all of a project, until statistics catch up. Each
    # statement has an index, and lists go along theirs.
    options = {name: str(round(each_s * 1000)) for name, each_s in timeouts_s.items()}
    options |= {"enable_seqscan": "off", "enable_bitmapscan": "off", "jit": "off"}
    options |= {"client_min_messages": "warning"}
    lost_after_s = timeouts_s["idle_in_transaction_session_timeout"]
    looks = _looks_for_lost_peers(lost_after_s)
    options |= {f"tcp_{name}": str(value) for name, value in looks.items()}
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=connect_timeout_s,
        hide_parameters=True,
        connect_args={
            "connect_timeout": max(1, round(connect_timeout_s)),
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
            "tcp_user_timeout": max(1000, round(lost_after_s * 1000)),
            **looks,
        },
    )
    event.listen(engine, "do_connect", partial(_connect, timeouts_s["statement_timeout"]))
    event.listen(engine, "connect", _widen)
    event.listen(engine, "connect", _keep_statements)
    event.listen(engine, "checkout", _refuse_dropped)
    event.listen(engine, "checkout", _allow_the_usual)
    return engine


def _connect(
    statement_s: float, _dialect: Any, _record: Any, args: list[Any], kwargs: dict[str, Any]
) -> PatientConnection:
    connection = PatientConnection.connect(*args, **kwargs)
    connection.usual_s = statement_s
    connection.allow()
    return connection


def _looks_for_lost_peers(within_s: float) -> dict[str, int]:
    """How either end finds out that the network has lost the other.

    No time limit of the server counts while it waits for the rest of a pipeline, nor one of the
    client while it waits for an answer: it would hold its locks, or wait, for two hours.
    """
    idle_s = max(1, int(within_s / 2))
    every_s = max(1, int(within_s / 10))
    return {
        "keepalives_idle": idle_s,
        "keepalives_interval": every_s,
        "keepalives_count": max(1, int((within_s - idle_s) / every_s)),
    }


def _refuse_dropped(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
    """Lets the pool connect anew where the server has ended its connections, as a restart does.

    To a connection at rest a server only speaks to say so. To look costs 2 µs, to ask by a
    statement, as the pool does by itself, 250.
    """
    if dbapi_connection.closed or _is_spoken_to(dbapi_connection.fileno()):
        raise InvalidatePoolError


def _allow_the_usual(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
    dbapi_connection.allow()


def _is_spoken_to(file_number: int) -> bool:
    poll = select.poll()
    poll.register(file_number, select.POLLIN)
    return bool(poll.poll(0))


def _widen(dbapi_connection: Any, _record: Any) -> None:
    """Lets more be under way to a server on the same machine.

    Else a drain waits for the server to read, in place of deciding. TCP widens by itself.
    """
    with socket.socket(fileno=os.dup(dbapi_connection.fileno())) as connected:
        if connected.family == socket.AF_UNIX:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)


def _keep_statements(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.prepared_max = KEPT_STATEMENTS


class Computing:
    """What a transaction on SQLite may compute, in its thread's own time.

    SQLite runs in this process and has no limit of statements. Waits, for a lock, the disk, or
    while the process is stopped, do not count: so it is no slow machine that is found out.
    """

    def __init__(self) -> None:
        self._until_s = math.inf

    def begins(self, limit_s: float) -> None:
        """From now on it has so many seconds."""
        self._until_s = time.thread_time() + limit_s

    def is_over(self) -> bool:
        """Whether SQLite is to interrupt the statement at hand."""
        return time.thread_time() > self._until_s


def sqlite_engine(url: str, pool_size: int, lock_timeout_s: float) -> Engine:
    """Of an SQLite file, whose commits are synced to the disk."""
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"timeout": lock_timeout_s, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _configure(dbapi_connection: Any, record: Any) -> None:
        dbapi_connection.isolation_level = None
        record.info[COMPUTING] = computing = Computing()
        dbapi_connection.set_progress_handler(computing.is_over, LOOK_EVERY_STEPS)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        connection.info[COMPUTING].begins(options.get("computing_s", math.inf))
        connection.exec_driver_sql("BEGIN" if options.get("reading") else "BEGIN IMMEDIATE")

    return engine
