"""Database work from coroutines: in threads, and given up when it takes too long.

Reads that arrive while all threads are busy share the next one, with its connection and its
transaction: the way there and back costs more than a read. psycopg rounds a connect timeout up to
two seconds and a black-holed connection hangs for longer: the caller is answered meanwhile, the
thread ends when the driver lets it.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from sqlalchemy import Connection

from models.database import Database, Transient

Result = TypeVar("Result")

TRIP_READS = 8
"""Reads that share a thread at most; a slow one holds up those behind it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    read: Callable[[Connection], Any]
    answer: asyncio.Future[Any]


class DatabaseReads:
    """Runs short reads; at most `limit` threads at a time that nobody has given up."""

    def __init__(self, database: Database, *, limit: int, timeout_s: float) -> None:
        self._database = database
        self._timeout_s = timeout_s
        self._limit = limit
        self._limiter = anyio.CapacityLimiter(limit)
        self._waiting: deque[_Asked] = deque()
        self._under_way = 0
        self._trips: set[asyncio.Task[None]] = set()

    @property
    def under_way(self) -> int:
        """Threads that read now, each with a connection."""
        return self._under_way

    @property
    def waiting(self) -> int:
        """Reads that no thread has taken yet."""
        return len(self._waiting)

    async def run(self, read: Callable[[Connection], Result]) -> Result:
        """What `read` returns. Raises Transient when the database is away, busy or too slow."""
        asked = _Asked(read, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._under_way < self._limit:
            self._under_way += 1
            trip = asyncio.create_task(self._make_trips())
            self._trips.add(trip)
            trip.add_done_callback(self._trips.discard)
        try:
            async with asyncio.timeout(self._timeout_s):
                result: Result = await asked.answer
        except TimeoutError:
            raise self._too_slow() from None
        return result

    async def write(self, change: Callable[[Connection], Result]) -> Result:
        """What `change` returns, committed. Raises Transient as `run` does."""
        with anyio.move_on_after(self._timeout_s):
            return await self._in_thread(partial(self._write, change))
        raise self._too_slow()

    async def _make_trips(self) -> None:
        try:
            while trip := self._next_trip():
                with anyio.move_on_after(self._timeout_s):
                    self._answer(trip, await self._in_thread(partial(self._read_in_turn, trip)))
                    continue
                self._answer(trip, [self._too_slow()] * len(trip))
        finally:
            # Not when the task is done, which is a moment later: a read that comes in between
            # would wait for a trip that looks no more.
            self._under_way -= 1

    def _next_trip(self) -> list[_Asked]:
        trip: list[_Asked] = []
        while self._waiting and len(trip) < TRIP_READS:
            asked = self._waiting.popleft()
            # Its caller may have gone away, or waited for too long.
            if not asked.answer.done():
                trip.append(asked)
        return trip

    def _answer(self, trip: list[_Asked], results: list[Any]) -> None:
        """Tells who was served; the others go first next time."""
        for asked, result in zip(trip, results, strict=False):
            if asked.answer.done():
                continue
            if isinstance(result, Exception):
                asked.answer.set_exception(result)
            else:
                asked.answer.set_result(result)
        self._waiting.extendleft(reversed(trip[len(results) :]))

    def _read_in_turn(self, trip: list[_Asked]) -> list[Any]:
        """What the reads return, up to the first that raises: it may have ended the transaction."""
        results: list[Any] = []
        try:
            with self._database.reading() as connection:
                for asked in trip:
                    results.append(asked.read(connection))  # noqa: PERF401 - some may be left undone
        except Exception as error:  # noqa: BLE001 - it belongs to the caller whose read it is
            # With the last read done, ending the transaction is what failed: nothing is lost.
            return [*results, error] if len(results) < len(trip) else results
        return results

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._limiter)

    def _write(self, change: Callable[[Connection], Result]) -> Result:
        with self._database.transaction() as connection:
            return change(connection)

    def _too_slow(self) -> Transient:
        return Transient(f"no answer within {self._timeout_s:g} s")
