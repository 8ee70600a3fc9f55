"""Callers that wait for the outcome of an operation (contract §4).

Publication is a hint, the ledger the truth: one poller for the whole process asks it about
those who have waited longer than publication usually takes, about replays, and about all whom no
publication can reach.
"""

import asyncio
import contextlib
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import cast

from ingest_api.shared_look import FindSettled
from models.database import Transient
from models.queries.operations import OperationKey, SettledRecord
from workers.mailbox.line import InTurn, at_once
from workers.mailbox.outcomes import Arrivals, Record

FIRST_LOOK_S = 0.25
"""Publication takes milliseconds; who waits longer than this is looked up."""
UNTOLD_LOOK_S = 0.05
"""The same for those whom no publication may reach."""
LOOK_AGAIN_FACTOR = 1.5
"""The longer a caller has waited, the rarer it is looked up: next at this multiple of its age."""
LOOK_LIMIT = 1_000
"""Operations in one look; who does not fit has a turn in the next."""
STOPPING_WAIT_S = 0.5
"""How long those still waiting when the edge is asked to stop go on doing so."""


@dataclass(slots=True, eq=False)
class _Waiter:
    """One caller, with those of its operations whose outcomes it lacks."""

    missing: set[OperationKey]
    ended: asyncio.Future[None]
    began_s: float
    pause_s: float
    look_at_s: float
    in_turn: InTurn
    records: dict[OperationKey, SettledRecord] = field(default_factory=dict)

    def take(self, operation: OperationKey, record: SettledRecord) -> None:
        if operation in self.missing:
            self.missing.discard(operation)
            self.records[operation] = record
            if not self.missing:
                self.in_turn(operation[0], self.end)

    def untold(self) -> None:
        """A publication may have been missed: only the ledger can tell."""
        self.pause_s, self.look_at_s = UNTOLD_LOOK_S, 0.0

    def end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


class Waiters:
    """All waiting callers of one process. Belongs to one event loop."""

    def __init__(self, find_settled: FindSettled, in_turn: InTurn = at_once) -> None:
        self._find_settled = find_settled
        self._in_turn = in_turn
        self._callers: set[_Waiter] = set()
        self._waiting: dict[OperationKey, set[_Waiter]] = {}
        self._anyone = asyncio.Event()
        self._at_once = asyncio.Event()
        self._is_stopping = False

    def __len__(self) -> int:
        return len(self._callers)

    async def wait(
        self, operation: OperationKey, arrivals: Arrivals, budget_s: float, *, replay: bool = False
    ) -> SettledRecord | None:
        """The settled record; None when the budget ends first, or the edge is stopping.

        `arrivals` is its publication, if one comes; of a `replay` the ledger may know already.
        """
        records = await self.wait_for_all([operation], [arrivals], budget_s, replays=replay)
        return records.get(operation)

    async def wait_for_all(
        self,
        operations: Collection[OperationKey],
        arrivals: Iterable[Arrivals],
        budget_s: float,
        *,
        replays: bool,
    ) -> dict[OperationKey, SettledRecord]:
        """The settled records of one project's operations, as far as they come within the budget.

        `arrivals` are their publications; with `replays` the ledger may know some already.
        """
        if not operations:
            return {}
        ((project_id, _), *_) = operations

        def hear(record: Record | None) -> None:
            if record is None:
                waiter.untold()
            else:
                key = project_id, record["operation_id"]
                waiter.take(key, cast(SettledRecord, record))

        with self._entered(operations, replay=replays) as waiter:
            for each in arrivals:
                each.listen(hear)
            return await self._ended(waiter, budget_s)

    @contextlib.contextmanager
    def _entered(self, operations: Iterable[OperationKey], *, replay: bool) -> Iterator[_Waiter]:
        now_s = time.monotonic()
        pause_s = UNTOLD_LOOK_S if replay else FIRST_LOOK_S
        look_at_s = now_s if replay else now_s + pause_s
        ended = asyncio.get_running_loop().create_future()
        waiter = _Waiter(set(operations), ended, now_s, pause_s, look_at_s, self._in_turn)
        awaited = tuple(waiter.missing)
        self._callers.add(waiter)
        for operation in awaited:
            self._waiting.setdefault(operation, set()).add(waiter)
        self._anyone.set()
        if replay:
            self._at_once.set()
        try:
            yield waiter
        finally:
            self._callers.discard(waiter)
            for operation in awaited:
                self._leave(operation, waiter)

    async def _ended(self, waiter: _Waiter, budget_s: float) -> dict[OperationKey, SettledRecord]:
        if self._is_stopping:
            budget_s = min(budget_s, STOPPING_WAIT_S)
        ending = asyncio.get_running_loop().call_later(budget_s, waiter.end)
        try:
            await waiter.ended
        finally:
            ending.cancel()
        return waiter.records

    async def look(self, operation: OperationKey) -> SettledRecord | None:
        """What the ledger says now; None also when the database cannot say."""
        return (await self.look_at_all([operation])).get(operation)

    async def look_at_all(
        self, operations: Collection[OperationKey]
    ) -> dict[OperationKey, SettledRecord]:
        """Those that the ledger has now; none when the database cannot say."""
        try:
            return await self._find_settled(operations) if operations else {}
        except Transient:
            return {}

    def stop(self) -> None:
        """Lets everybody who waits, now or from now on, do so for a last moment only."""
        if self._is_stopping:
            return
        self._is_stopping = True
        loop = asyncio.get_running_loop()
        for waiter in self._callers:
            loop.call_later(STOPPING_WAIT_S, waiter.end)

    async def poll(self) -> None:
        """Asks the ledger for as long as anybody waits; runs until it is cancelled."""
        while True:
            await self._anyone.wait()
            due = self._due(time.monotonic())
            if due:
                await self._look_up(due)
            if not self._callers:
                self._anyone.clear()
            else:
                await self._pause()

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._at_once.wait(), UNTOLD_LOOK_S)
        self._at_once.clear()

    def _due(self, now_s: float) -> list[_Waiter]:
        """Who is to be looked up: as many callers as one look has room for."""
        due = [waiter for waiter in self._callers if now_s >= waiter.look_at_s]
        due.sort(key=attrgetter("look_at_s"))
        room = LOOK_LIMIT
        for count, waiter in enumerate(due):
            room -= len(waiter.missing)
            if room < 0:
                # The first has its turn however many operations are its own.
                return due[: max(count, 1)]
        return due

    async def _look_up(self, due: list[_Waiter]) -> None:
        settled = await self.look_at_all({each for waiter in due for each in waiter.missing})
        now_s = time.monotonic()
        for waiter in due:
            age_s = now_s - waiter.began_s
            waiter.look_at_s = max(
                now_s + waiter.pause_s, waiter.began_s + age_s * LOOK_AGAIN_FACTOR
            )
        for operation, record in settled.items():
            for waiter in self._waiting.get(operation, ()):
                waiter.take(operation, record)

    def _leave(self, operation: OperationKey, waiter: _Waiter) -> None:
        waiters = self._waiting[operation]
        waiters.discard(waiter)
        if not waiters:
            del self._waiting[operation]
