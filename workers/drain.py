"""The drain of one project's mailbox: the product's one RQ job.

Each batch is one database transaction: lock the project's mailbox row, read the head of the stream,
apply it, commit. Only then are its outcomes published and exactly its entries deleted. Whatever
kills a drain in between, the next one reads the same entries again and the ledger knows which of
them are done.

The drain leaves in an order that strands nothing: after its last unlock it clears the wake token,
and after that it looks once more. An entry accepted before the clearing is seen by that look; one
accepted after it finds no token and wakes a drain (tests/unit/test_wake_protocol.py explores it).
A drain that finds the lock taken just leaves: the holder's last look comes after its unlock.
"""

import logging
import random
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Generic, TypeVar

from models.operations import LONE_TYPES, PROJECT_TYPES
from workers.mailbox.collect import Mailbox, Published, Stir
from workers.mailbox.connection import MailboxUnavailable
from workers.mailbox.layout import MalformedEntry, QueuedOperation
from workers.mailbox.wake import Wake

log = logging.getLogger(__name__)

C = TypeVar("C")

LINGER_PIECE_S = 0.25

RETRY_FIRST_S = 0.05
RETRY_LONGEST_S = 1.0
# Beyond it the drain leaves and the sweeper tries again: other projects get their turn.
RETRY_BUDGET_S = 3.0


@dataclass(frozen=True)
class Storage(Generic[C]):
    """The database side of a drain; `C` is its connection.

    `transaction` commits on a clean exit and rolls back on any exception. `lock_mailbox` returns
    False while another drain holds the project. `apply_batch` settles every entry, in order, those
    the ledger knows included. `dead_letter` sets one aside that fails by itself. `transient` are
    the errors after which the same work can succeed later.
    """

    transaction: Callable[[], AbstractContextManager[C]]
    lock_mailbox: Callable[[C, str], bool]
    apply_batch: Callable[[C, str, Sequence[QueuedOperation], int], Sequence[Published]]
    dead_letter: Callable[[C, str, QueuedOperation, BaseException, int], Published]
    transient: tuple[type[Exception], ...]


@dataclass(frozen=True, slots=True)
class DrainLimits:
    """Operations in a batch; a turn while others wait, the longest turn, and the linger.

    A linger is cut into pieces, so that a stop is noticed and a token never outlives its drain; a
    piece must be shorter than the Redis client's timeout.
    """

    batch_size: int
    slice_s: float
    max_s: float
    linger_s: float
    linger_piece_s: float = LINGER_PIECE_S


class Departure(Enum):
    """Why a drain left."""

    EMPTY = "nothing is left"
    BUSY = "another drain holds the project"
    HANDED_OVER = "its turn is over, the next one is queued"
    NEWER_VERSION = "the head needs a newer worker"
    DATABASE_AWAY = "the database is away or busy"
    MAILBOX_AWAY = "Redis is away"


class _Step(Enum):
    AGAIN = auto()
    NOTHING_LEFT = auto()


@dataclass(slots=True)
class _Visit:
    """What one drain of one project remembers from batch to batch.

    `suspects` is how many entries at the head are known to hold one that fails by itself.
    """

    project_id: str
    began_s: float
    batch: Sequence[QueuedOperation] = ()
    bell_id: str = ""
    last_seen: str | None = None
    suspects: int = 0
    failures_in_a_row: int = 0
    waited_s: float = 0.0


def retry_delay_s(failures_in_a_row: int, chance: float) -> float:
    """How long to wait after the n-th transient failure in a row; `chance` is in 0..1."""
    longest = min(RETRY_LONGEST_S, RETRY_FIRST_S * 2.0 ** min(failures_in_a_row - 1, 16))
    return longest * (0.5 + chance / 2)


def _no_probe(_: str) -> None:
    """Where a test would crash the drain, production goes on."""


@dataclass(frozen=True)
class Clock:
    """Time and chance; `wall_ms` is epoch milliseconds, `steady_s` never goes back.

    `pause` waits for so many seconds, or until the event is set.
    """

    wall_ms: Callable[[], int] = field(default=lambda: time.time_ns() // 1_000_000)
    steady_s: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    pause: Callable[[threading.Event, float], object] = threading.Event.wait


class Drain:
    """Drains mailboxes, one at a time. `probe` is called with the name of each crash point."""

    def __init__(
        self,
        storage: Storage[Any],
        mailbox: Mailbox,
        wake: Wake,
        limits: DrainLimits,
        stop: threading.Event,
        *,
        clock: Clock | None = None,
        probe: Callable[[str], None] = _no_probe,
    ) -> None:
        self._storage = storage
        self._mailbox = mailbox
        self._wake = wake
        self._limits = limits
        self._stop = stop
        self._clock = clock or Clock()
        self._probe = probe

    def run(self, project_id: str) -> Departure:
        """Applies what the project's mailbox holds, until nothing is left or the turn is over.

        Raises nothing that Redis or the database does: what is left undone, the sweeper wakes.
        """
        visit = _Visit(project_id, self._clock.steady_s())
        try:
            departure = self._visit(visit)
        except MailboxUnavailable as error:
            log.warning("the drain of %s ends: Redis is away (%s)", project_id, error)
            departure = Departure.MAILBOX_AWAY
        log.debug("the drain of %s ends: %s", project_id, departure.value)
        return departure

    def _visit(self, visit: _Visit) -> Departure:
        while not self._turn_is_over(visit):
            done = self._step(visit)
            if isinstance(done, Departure):
                return done
            if done is _Step.AGAIN or self._linger(visit):
                continue
            if self._nothing_came(visit.project_id):
                return Departure.EMPTY
        self._wake.hand_over(visit.project_id)
        return Departure.HANDED_OVER

    def _turn_is_over(self, visit: _Visit) -> bool:
        if self._stop.is_set():
            return True
        spent_s = self._clock.steady_s() - visit.began_s
        if spent_s < self._limits.slice_s:
            return False
        return spent_s >= self._limits.max_s or self._wake.jobs_are_waiting()

    def _step(self, visit: _Visit) -> _Step | Departure:
        """Applies one batch and sorts what may go wrong into its three classes (DESIGN)."""
        visit.batch = ()
        try:
            settled = self._commit_batch(visit)
        except self._storage.transient as error:
            return self._back_off(visit, str(error))
        except MailboxUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - any bug of a handler: its operation is isolated
            return self._isolate(visit, error)
        if isinstance(settled, Departure):
            return settled
        visit.suspects = max(0, visit.suspects - len(visit.batch))
        return self._tell(visit, settled)

    def _commit_batch(self, visit: _Visit) -> Sequence[Published] | Departure:
        limit = self._limits.batch_size if not visit.suspects else max(1, visit.suspects // 2)
        with self._storage.transaction() as connection:
            if not self._storage.lock_mailbox(connection, visit.project_id):
                return Departure.BUSY
            self._probe("after the lock")
            head = self._mailbox.head(visit.project_id, limit)
            visit.bell_id = head.bell_id
            if head.entries and head.entries[0].fault == "newer_version":
                log.warning("the head of %s needs a newer worker", visit.project_id)
                return Departure.NEWER_VERSION
            visit.batch = batch_of(head.entries)
            if not visit.batch:
                return ()
            settled = self._storage.apply_batch(
                connection, visit.project_id, visit.batch, self._clock.wall_ms()
            )
            self._probe("before the commit")
        self._probe("after the commit")
        return settled

    def _tell(self, visit: _Visit, settled: Sequence[Published]) -> _Step:
        """Publishes and deletes what is committed."""
        visit.failures_in_a_row, visit.waited_s = 0, 0.0
        if not visit.batch:
            return _Step.NOTHING_LEFT
        changed = any(queued.envelope.type in PROJECT_TYPES for queued in visit.batch)
        self._mailbox.publish(settled, visit.project_id if changed else None)
        self._probe("after the publication")
        left = self._mailbox.delete(visit.project_id, visit.batch)
        self._probe("after the deletion")
        visit.last_seen = visit.batch[-1].entry_id
        return _Step.AGAIN if left else _Step.NOTHING_LEFT

    def _back_off(self, visit: _Visit, reason: str) -> _Step | Departure:
        """Waits before the same head is tried again; nothing overtakes it."""
        visit.failures_in_a_row += 1
        delay_s = retry_delay_s(visit.failures_in_a_row, self._clock.chance())
        visit.waited_s += delay_s
        log.warning(
            "the database is away or busy: %s (project %s, try %d)",
            reason,
            visit.project_id,
            visit.failures_in_a_row,
        )
        if visit.waited_s > RETRY_BUDGET_S:
            return Departure.DATABASE_AWAY
        self._clock.pause(self._stop, delay_s)
        return _Step.AGAIN

    def _isolate(self, visit: _Visit, error: Exception) -> _Step | Departure:
        """Closes in on the one operation that fails by itself, halving the head in order."""
        if not visit.batch:
            return self._back_off(visit, _place_of(error))
        if visit.suspects != 1:
            # Also a batch of one gets a second try, so that no single hiccup sets it aside.
            malformed = visit.batch[0].fault is not None
            visit.suspects = 1 if malformed else len(visit.batch)
            log.warning(
                "a batch of %d failed: %s (project %s)",
                len(visit.batch),
                _place_of(error),
                visit.project_id,
            )
            return _Step.AGAIN
        return self._set_aside(visit, visit.batch[0], error)

    def _set_aside(
        self, visit: _Visit, culprit: QueuedOperation, error: Exception
    ) -> _Step | Departure:
        """Gives the culprit to the dead letters, in a transaction of its own."""
        reason = error if culprit.fault is None else MalformedEntry("no envelope")
        try:
            with self._storage.transaction() as connection:
                if not self._storage.lock_mailbox(connection, visit.project_id):
                    return Departure.BUSY
                head = self._mailbox.head(visit.project_id, 1)
                if [entry.entry_id for entry in head.entries] != [culprit.entry_id]:
                    # Another drain was here meanwhile.
                    visit.suspects = 0
                    return _Step.AGAIN
                settled = self._storage.dead_letter(
                    connection, visit.project_id, culprit, reason, self._clock.wall_ms()
                )
        except MailboxUnavailable:
            raise
        except Exception as refusal:  # noqa: BLE001 - not even that can be written: no operation's fault
            return self._back_off(visit, _place_of(refusal))
        log.error("%s was set aside: %s", culprit.operation_id, _place_of(error))
        visit.suspects = 0
        return self._tell(visit, [settled])

    def _linger(self, visit: _Visit) -> bool:
        """Stays with the empty mailbox for a moment; True when an entry came.

        It saves the next caller a wake-up. Any bell ends it, since its job may need this worker.
        """
        if visit.last_seen is None:
            return False
        until_s = self._clock.steady_s() + self._limits.linger_s
        while not self._stop.is_set() and not self._wake.jobs_are_waiting():
            left_s = until_s - self._clock.steady_s()
            if left_s <= 0:
                return False
            piece_s = min(left_s, self._limits.linger_piece_s)
            stir = self._mailbox.linger(visit.project_id, visit.last_seen, visit.bell_id, piece_s)
            if stir is not Stir.QUIET:
                return stir is Stir.ENTRY
        return False

    def _nothing_came(self, project_id: str) -> bool:
        """The last look, behind the last unlock and the clearing of the token."""
        self._probe("before clearing the wake token")
        self._wake.clear(project_id)
        self._probe("after clearing the wake token")
        return self._mailbox.length(project_id) == 0


def batch_of(entries: Sequence[QueuedOperation]) -> Sequence[QueuedOperation]:
    """Those of the oldest entries that go into one transaction.

    A malformed one goes alone, and so does one that may concern many rows: nothing of it is loaded.
    """
    for place, entry in enumerate(entries):
        if entry.fault is not None or entry.envelope.type in LONE_TYPES:
            return entries[: max(1, place)]
    return entries


def _place_of(error: BaseException) -> str:
    """Kind and place of an error; its text may quote what people sent."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
