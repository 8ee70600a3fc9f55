"""How a database is connected to."""

import os
import select
import socket
from typing import Any

from psycopg.types.json import set_json_loads
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

from models import compact_json

SEND_BUFFER_BYTES = 1024 * 1024
"""Of which the system gives what it allows."""

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
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=connect_timeout_s,
        hide_parameters=True,
        connect_args={
            "connect_timeout": max(1, round(connect_timeout_s)),
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
            "tcp_user_timeout": max(1000, round(timeouts_s["statement_timeout"] * 1000)),
        },
    )
    event.listen(engine, "connect", _widen)
    event.listen(engine, "checkout", _refuse_dropped)
    return engine


def _refuse_dropped(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
    """Lets the pool connect anew where the server has ended its connections, as a restart does.

    To a connection at rest a server only speaks to say so. To look costs 2 µs, to ask by a
    statement, as the pool does by itself, 250.
    """
    if dbapi_connection.closed or _is_spoken_to(dbapi_connection.fileno()):
        raise InvalidatePoolError


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
    def _configure(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
