"""Database work from coroutines: in a thread, and given up when it takes too long.

psycopg rounds a connect timeout up to two seconds and a black-holed connection hangs for longer:
the caller is answered meanwhile, the thread ends when the driver lets it.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread
from sqlalchemy import Connection

from models.database import Database, Transient

Result = TypeVar("Result")


class DatabaseReads:
    """Runs short reads; at most `limit` at a time that nobody has given up."""

    def __init__(self, database: Database, *, limit: int, timeout_s: float) -> None:
        self._database = database
        self._timeout_s = timeout_s
        self._limiter = anyio.CapacityLimiter(limit)

    async def run(self, read: Callable[[Connection], Result]) -> Result:
        """What `read` returns. Raises Transient when the database is away, busy or too slow."""
        return await self._in_thread(partial(self._read, read))

    async def write(self, change: Callable[[Connection], Result]) -> Result:
        """What `change` returns, committed. Raises Transient as `run` does."""
        return await self._in_thread(partial(self._write, change))

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        with anyio.move_on_after(self._timeout_s):
            return await anyio.to_thread.run_sync(
                work, abandon_on_cancel=True, limiter=self._limiter
            )
        raise Transient(f"no answer within {self._timeout_s:g} s")

    def _read(self, read: Callable[[Connection], Result]) -> Result:
        with self._database.reading() as connection:
            return read(connection)

    def _write(self, change: Callable[[Connection], Result]) -> Result:
        with self._database.transaction() as connection:
            return change(connection)
