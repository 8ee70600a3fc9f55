"""Callers that wait for the outcome of an operation (contract §4).

Publication is a hint, the ledger the truth: one poller for the whole process asks it about
those who have waited longer than publication usually takes, about replays, and about all whom no
publication can reach.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from operator import attrgetter
from typing import cast

from models.database import Transient
from models.queries.operations import OperationKey, SettledRecord
from workers.mailbox.outcomes import Arrival

FIRST_LOOK_S = 0.25
"""Publication takes milliseconds; who waits longer than this is looked up."""
UNTOLD_LOOK_S = 0.05
"""The same for those whom no publication may reach."""
LOOK_AGAIN_FACTOR = 1.5
"""The longer a caller has waited, the rarer it is looked up: next at this multiple of its age."""
LOOK_LIMIT = 1_000
"""Operations in one look; the others have their turn in the next."""
STOPPING_WAIT_S = 0.5
"""How long those still waiting when the edge is asked to stop go on doing so."""

FindSettled = Callable[[Collection[OperationKey]], Awaitable[dict[OperationKey, SettledRecord]]]


@dataclass(slots=True, eq=False)
class _Waiter:
    operation: OperationKey
    outcome: asyncio.Future[SettledRecord | None]
    began_s: float
    pause_s: float
    look_at_s: float

    def hear(self, arrival: Arrival) -> None:
        """Takes what was published; None says that it may have been missed."""
        record = None if arrival.cancelled() else arrival.result()
        if record is not None:
            self.end(cast(SettledRecord, record))
        else:
            self.pause_s, self.look_at_s = UNTOLD_LOOK_S, 0.0

    def end(self, record: SettledRecord | None) -> None:
        if not self.outcome.done():
            self.outcome.set_result(record)


class Waiters:
    """All waiting callers of one process. Belongs to one event loop."""

    def __init__(self, find_settled: FindSettled) -> None:
        self._find_settled = find_settled
        self._waiting: dict[OperationKey, set[_Waiter]] = {}
        self._anyone = asyncio.Event()
        self._at_once = asyncio.Event()
        self._is_stopping = False

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    async def wait(
        self, operation: OperationKey, arrival: Arrival, budget_s: float, *, replay: bool = False
    ) -> SettledRecord | None:
        """The settled record; None when the budget ends first, or the edge is stopping.

        `arrival` is the publication, if one comes; of a `replay` the ledger may know already.
        """
        if self._is_stopping:
            budget_s = min(budget_s, STOPPING_WAIT_S)
        loop = asyncio.get_running_loop()
        now_s = time.monotonic()
        pause_s = UNTOLD_LOOK_S if replay else FIRST_LOOK_S
        look_at_s = now_s if replay else now_s + pause_s
        waiter = _Waiter(operation, loop.create_future(), now_s, pause_s, look_at_s)
        self._waiting.setdefault(operation, set()).add(waiter)
        self._anyone.set()
        if replay:
            self._at_once.set()
        arrival.add_done_callback(waiter.hear)
        ending = loop.call_later(budget_s, waiter.end, None)
        try:
            return await waiter.outcome
        finally:
            ending.cancel()
            arrival.remove_done_callback(waiter.hear)
            self._leave(waiter)

    async def look(self, operation: OperationKey) -> SettledRecord | None:
        """What the ledger says now; None also when the database cannot say."""
        try:
            return (await self._find_settled([operation])).get(operation)
        except Transient:
            return None

    def stop(self) -> None:
        """Lets everybody who waits, now or from now on, do so for a last moment only."""
        if self._is_stopping:
            return
        self._is_stopping = True
        loop = asyncio.get_running_loop()
        for waiter in self._everybody():
            loop.call_later(STOPPING_WAIT_S, waiter.end, None)

    async def poll(self) -> None:
        """Asks the ledger for as long as anybody waits; runs until it is cancelled."""
        while True:
            await self._anyone.wait()
            due = self._due(time.monotonic())
            if due:
                await self._look_up(due)
            if not self._waiting:
                self._anyone.clear()
            else:
                await self._pause()

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._at_once.wait(), UNTOLD_LOOK_S)
        self._at_once.clear()

    def _due(self, now_s: float) -> list[_Waiter]:
        due = [waiter for waiter in self._everybody() if now_s >= waiter.look_at_s]
        due.sort(key=attrgetter("look_at_s"))
        return due[:LOOK_LIMIT]

    async def _look_up(self, due: list[_Waiter]) -> None:
        try:
            settled = await self._find_settled({waiter.operation for waiter in due})
        except Transient:
            settled = {}
        now_s = time.monotonic()
        for waiter in due:
            age_s = now_s - waiter.began_s
            waiter.look_at_s = max(
                now_s + waiter.pause_s, waiter.began_s + age_s * LOOK_AGAIN_FACTOR
            )
        for operation, record in settled.items():
            for waiter in self._waiting.get(operation, ()):
                waiter.end(record)

    def _everybody(self) -> list[_Waiter]:
        return [waiter for waiters in self._waiting.values() for waiter in waiters]

    def _leave(self, waiter: _Waiter) -> None:
        waiters = self._waiting[waiter.operation]
        waiters.discard(waiter)
        if not waiters:
            del self._waiting[waiter.operation]
