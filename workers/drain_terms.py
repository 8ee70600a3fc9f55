"""The terms of a drain: its database side, its limits, its clock, and how it may leave."""

import math
import random
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, Literal, Protocol, TypeVar

from workers.mailbox.collect import Published
from workers.mailbox.envelope import QueuedOperation
from workers.mailbox.layout import Lane
from workers.stop import Stop

C = TypeVar("C")

LINGER_PIECE_S = 0.25
BULK_BATCH_SIZE = 200


@dataclass(frozen=True)
class Storage(Generic[C]):
    """The database side of a drain; `C` is its connection.

    `transaction` commits on a clean exit and rolls back on any exception. `lock_mailbox` returns
    False while another drain holds the project. `apply_batch` settles every entry, in order, those
    the ledger knows included. `dead_letter` sets one aside that fails by itself. `transient` are
    the errors after which the same work can succeed later; `too_slow` are those of them that say
    that a statement took too long, `silent` those that say that there was no answer at all.
    """

    transaction: Callable[[], AbstractContextManager[C]]
    lock_mailbox: Callable[[C, str], bool]
    apply_batch: Callable[[C, str, Sequence[QueuedOperation], int], Sequence[Published]]
    dead_letter: Callable[[C, str, QueuedOperation, BaseException, int], Published]
    transient: tuple[type[Exception], ...]
    too_slow: tuple[type[Exception], ...] = ()
    silent: tuple[type[Exception], ...] = ()


@dataclass(frozen=True, slots=True)
class DrainLimits:
    """Operations in a live and in a bulk batch; a turn while others wait, the longest turn, and the
    linger.

    A bulk batch is made smaller where it takes longer than `bulk_batch_s`: a live call may have to
    wait for one. While several projects need the worker a batch has at most `shared_batch_size`,
    and `little_batch_size` while some of them wait with less than that:
    who comes next waits for one of them.

    A linger is cut into pieces, so that a stop is noticed and a token never outlives its drain; a
    piece must be shorter than the Redis client's timeout. `poison_deaths` is how often in a row an
    operation alone must outlast `statement_timeout_s` to be set aside for it.
    """

    batch_size: int
    slice_s: float
    max_s: float
    linger_s: float
    linger_piece_s: float = LINGER_PIECE_S
    bulk_batch_size: int = BULK_BATCH_SIZE
    bulk_batch_s: float = math.inf
    poison_deaths: int = 3
    statement_timeout_s: float = 10.0
    shared_batch_size: int = 64
    little_batch_size: int = 8


class Departure(Enum):
    """Why a drain left."""

    EMPTY = "nothing is left"
    BUSY = "another drain holds the project"
    HANDED_OVER = "its turn is over, the next one is queued"
    NEWER_VERSION = "the head needs a newer worker"
    DATABASE_AWAY = "the database is away or busy"
    MAILBOX_AWAY = "Redis is away"


Failure = Literal["transient", "too_slow", "unexpected", "mailbox"]
"""Why a batch failed: the database is away or busy, a statement took too long, something raised
what nobody expected, Redis is away.
"""


class Guard(Protocol):
    """Against operations that kill their process or never end: is told what a drain is at."""

    def drains(self, project_id: str, careful: int, lane: Lane) -> None:
        """The drain of the project is between two applications; `careful` entries of the lane are
        suspects.
        """

    def applying(
        self, project_id: str, batch: Sequence[QueuedOperation], careful: int
    ) -> AbstractContextManager[None]:
        """Put around each application."""

    def proves(self, project_id: str) -> None:
        """The drain does nothing on purpose, to see whether that is survived."""

    def leaves(self) -> None:
        """The drain is over."""


class Unguarded:
    """Where nobody looks at how an application ends."""

    def drains(self, project_id: str, careful: int, lane: Lane) -> None:
        """Nobody asks."""

    def applying(
        self, _: str, __: Sequence[QueuedOperation], ___: int
    ) -> AbstractContextManager[None]:
        """No limit."""
        return nullcontext()

    def proves(self, project_id: str) -> None:
        """Nobody asks."""

    def leaves(self) -> None:
        """Nobody asks."""


@dataclass(frozen=True)
class Clock:
    """Time and chance; `wall_ms` is epoch milliseconds, `steady_s` never goes back.

    `pause` waits for so many seconds, or until the event is set.
    """

    wall_ms: Callable[[], int] = field(default=lambda: time.time_ns() // 1_000_000)
    steady_s: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    pause: Callable[[Stop, float], object] = Stop.wait
