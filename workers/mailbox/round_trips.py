"""Calls on their way to Redis, coalesced: what arrives while a round trip is in flight goes with
the next one.

That turns one fsync of Redis' append-only file per entry into one per trip. What one call brings
together is never divided. Projects that wait have their turns in each trip: the flood of one makes
nobody else wait for a trip more. Of one project what is live goes first: so it does in the mailbox.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from workers.mailbox.answers import Answer
from workers.mailbox.buckets import Allowance
from workers.mailbox.connection import MailboxUnavailable
from workers.mailbox.envelope import Envelope
from workers.mailbox.layout import Lane
from workers.mailbox.line import Line
from workers.mailbox.metrics import RedisMeter

MAX_TRIP_ENTRIES = 256
MAX_TRIP_BYTES = 4 * 1024 * 1024
"""Once either is reached, the next call waits for the next trip."""
MAX_WAITING_ENTRIES = 20_000
NEWEST_TRIP_SHARE = 0.2
"""What the last trip counts in the usual length of one."""


@dataclass(frozen=True, slots=True, eq=False)
class Letter:
    """The envelopes of one call, in their order, for one lane of one project's mailbox."""

    project_id: str
    lane: Lane
    envelopes: Sequence[Envelope]
    raws: Sequence[bytes] = field(repr=False)
    allowance: Allowance
    answers: asyncio.Future[list[Answer]]

    @property
    def size_bytes(self) -> int:
        return sum(map(len, self.raws))

    def deliver(self, answers: list[Answer]) -> None:
        """Answers the call, unless its caller has gone away."""
        if not self.answers.done():
            self.answers.set_result(answers)


class RoundTrips:
    """Hands letters to `send`, one trip after the other, in the order in which they came.

    `send` answers all letters of a trip, or raises MailboxUnavailable for all of them.
    """

    def __init__(
        self, send: Callable[[Sequence[Letter]], Awaitable[None]], meter: RedisMeter
    ) -> None:
        self._send = send
        self._meter = meter
        self._waiting: Line[Letter] = Line()
        self._waiting_entries = self._waiting_live_entries = 0
        self._trip_s = 0.0
        self._under_way: asyncio.Task[None] | None = None

    @property
    def wait_s(self) -> float:
        """How long a live call that comes now will wait for its trip, by how long the last ones
        took. What waits for the bulk lane goes behind it.
        """
        return self._trip_s * self._waiting_live_entries / MAX_TRIP_ENTRIES

    async def deliver(
        self,
        project_id: str,
        lane: Lane,
        envelopes: Sequence[Envelope],
        raws: Sequence[bytes],
        allowance: Allowance,
    ) -> list[Answer]:
        """Sends envelopes together and returns their answers. Raises MailboxUnavailable."""
        if self._waiting_entries >= MAX_WAITING_ENTRIES:
            raise MailboxUnavailable("too many calls are waiting for Redis")
        answers: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        letter = Letter(project_id, lane, envelopes, raws, allowance, answers)
        self._waiting.enter(project_id, letter, goes_ahead=lane == "live")
        self._count(letter, len(raws))
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._send_all())
        return await answers

    async def aclose(self) -> None:
        """Waits for the trips under way."""
        if self._under_way is not None:
            await self._under_way

    async def _send_all(self) -> None:
        trip: list[Letter] = []
        try:
            while self._waiting:
                trip = self._next_trip()
                began_s = time.perf_counter()
                try:
                    await self._send(trip)
                    took_s = time.perf_counter() - began_s
                    self._learn(trip, took_s)
                    self._meter.answered("accept", took_s)
                except MailboxUnavailable as error:
                    self._meter.failed(error)
                    refuse(trip, error)
                    if error.timed_out:
                        # Who came meanwhile has waited as long: nobody waits for two timeouts.
                        self._refuse_waiting(error)
                # Answered, or about to be in turn.
                trip = []
        finally:
            self._under_way = None
            ended = MailboxUnavailable("the round trips have ended")
            refuse(trip, ended)
            self._refuse_waiting(ended)

    def _count(self, letter: Letter, entries: int) -> None:
        self._waiting_entries += entries
        if letter.lane == "live":
            self._waiting_live_entries += entries

    def _learn(self, trip: Sequence[Letter], took_s: float) -> None:
        # One call may bring more entries than a trip has otherwise.
        entries = max(MAX_TRIP_ENTRIES, sum(len(letter.raws) for letter in trip))
        usual_s = took_s * MAX_TRIP_ENTRIES / entries
        self._trip_s += NEWEST_TRIP_SHARE * (usual_s - self._trip_s)

    def _refuse_waiting(self, error: MailboxUnavailable) -> None:
        refuse(self._waiting, error)
        self._waiting.clear()
        self._waiting_entries = self._waiting_live_entries = 0

    def _next_trip(self) -> list[Letter]:
        trip: list[Letter] = []
        entries = size_bytes = 0
        while self._waiting and entries < MAX_TRIP_ENTRIES and size_bytes < MAX_TRIP_BYTES:
            letter = self._waiting.next()
            self._count(letter, -len(letter.raws))
            # Its caller may have gone away meanwhile.
            if not letter.answers.done():
                trip.append(letter)
                entries += len(letter.raws)
                size_bytes += letter.size_bytes
        return trip


def refuse(letters: Iterable[Letter], error: MailboxUnavailable) -> None:
    """Tells the callers of letters that have no answer yet."""
    for letter in letters:
        if not letter.answers.done():
            letter.answers.set_exception(error)
