"""Reads of an edge share threads and connections, and never each other's errors."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import cast

import pytest
from sqlalchemy import Connection, QueuePool, text

from ingest_api.database_reads import TRIP_READS, DatabaseReads
from models.database import Database, NotMigrated, Transient
from tests.services.waiting import wait_until

pytestmark = pytest.mark.anyio

Read = Callable[[Connection], int]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    # What a test has given up still gives its connection back.
    pool = cast(QueuePool, database.engine.pool)
    wait_until(lambda: pool.checkedout() == 0, 10, "all connections are back")
    database.close()


def number(n: int) -> Read:
    return lambda connection: int(connection.execute(text(f"SELECT {n}")).scalar_one())


def missing(connection: Connection) -> int:
    return int(connection.execute(text("SELECT n FROM no_such_table")).scalar_one())


class Gate:
    """A read that is under way until it is let through."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._open = threading.Event()

    def __call__(self, _connection: Connection) -> int:
        self._loop.call_soon_threadsafe(self.began.set)
        self._open.wait(10)
        return 0

    def open(self) -> None:
        self._open.set()


async def all_asked(reads: Iterable[asyncio.Task[int]]) -> None:
    """Let each read come as far as it can: it waits for its answer."""
    done, _ = await asyncio.wait(reads, timeout=0)
    assert not done


async def test_each_caller_gets_what_its_own_read_returns(database: Database) -> None:
    reads = DatabaseReads(database, limit=2, timeout_s=10)
    numbers = range(10 * TRIP_READS)
    assert await asyncio.gather(*(reads.run(number(n)) for n in numbers)) == list(numbers)


async def test_reads_that_come_while_all_threads_are_busy_share_a_transaction(
    database: Database,
) -> None:
    reads = DatabaseReads(database, limit=1, timeout_s=10)
    gate = Gate()
    connections: list[int] = []

    def note(connection: Connection) -> int:
        connections.append(id(connection))
        return 0

    first = asyncio.create_task(reads.run(gate))
    await gate.began.wait()
    others = [asyncio.create_task(reads.run(note)) for _ in range(3)]
    await all_asked(others)
    gate.open()
    await asyncio.gather(first, *others)
    assert len(connections) == 3
    assert len(set(connections)) == 1


async def test_a_read_that_fails_takes_no_other_with_it(database: Database) -> None:
    reads = DatabaseReads(database, limit=1, timeout_s=10)
    asked = [number(1), missing, number(2), missing, number(3)]
    answers = await asyncio.gather(*(reads.run(read) for read in asked), return_exceptions=True)
    assert [type(answer) for answer in answers] == [int, NotMigrated, int, NotMigrated, int]
    assert [answer for answer in answers if isinstance(answer, int)] == [1, 2, 3]


async def test_a_caller_that_goes_away_is_not_waited_for(database: Database) -> None:
    reads = DatabaseReads(database, limit=1, timeout_s=10)
    gate = Gate()
    first = asyncio.create_task(reads.run(gate))
    await gate.began.wait()
    gone, stays = (asyncio.create_task(reads.run(number(n))) for n in (1, 2))
    await all_asked([gone, stays])
    gone.cancel()
    gate.open()
    assert await stays == 2
    assert await first == 0


async def test_a_read_that_takes_too_long_is_given_up(database: Database) -> None:
    reads = DatabaseReads(database, limit=1, timeout_s=0.1)
    gate = Gate()
    with pytest.raises(Transient):
        await reads.run(gate)
    gate.open()
    assert await DatabaseReads(database, limit=1, timeout_s=10).run(number(1)) == 1


async def test_a_thread_that_hangs_makes_room_for_the_next(database: Database) -> None:
    reads = DatabaseReads(database, limit=1, timeout_s=0.5)
    gate = Gate()
    hanging = asyncio.create_task(reads.run(gate))
    with pytest.raises(Transient):
        await hanging
    assert await reads.run(number(1)) == 1
    gate.open()
