"""What one drain of one project remembers from batch to batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from workers.mailbox.envelope import QueuedOperation
from workers.mailbox.layout import LANES, Lane, other_lane
from workers.suspects import Suspect


class Step(Enum):
    """What a batch left behind."""

    AGAIN = auto()
    NOTHING_LEFT = auto()


@dataclass(frozen=True, slots=True)
class Slow:
    """How often in a row an operation outlasted the limit of a statement."""

    operation_id: str = ""
    tries: int = 0

    def again(self, operation_id: str) -> "Slow":
        """One try more; of another operation it is the first one."""
        return Slow(operation_id, self.tries + 1 if operation_id == self.operation_id else 1)


NEVER_SLOW = Slow()


@dataclass(slots=True)
class Doubts:
    """What is held against the head of one lane.

    `suspects` is how many entries at the head are known to hold one that fails by itself.
    `careful` is how many are still to be applied one by one, since a process died of them. `slow`
    is the operation of which a statement took too long when it was alone, and how often in a row.
    """

    suspects: int = 0
    careful: int = 0
    slow: Slow = NEVER_SLOW

    def largest_batch(self, batch_size: int) -> int:
        """How many entries to take next."""
        if self.careful:
            return 1
        return max(1, self.suspects // 2) if self.suspects else batch_size

    def has_settled(self, entries: int) -> None:
        """So many at the head are committed."""
        self.slow = NEVER_SLOW
        self.suspects = max(0, self.suspects - entries)
        self.careful = max(0, self.careful - entries)


def no_doubts() -> dict[Lane, Doubts]:
    """Nothing is held against any head."""
    return {lane: Doubts() for lane in LANES}


@dataclass(slots=True)
class Visit:
    """`batch` is what is at hand, of `lane`; `took_all` that nothing else waited there.

    `bulk_is_next` lets the bulk lane have one batch, `has_had_bulk` says that the last one was its.
    `is_busy` says that more live ones waited behind the last batch, and nothing else; then what is
    told may still be `being_deleted`. `suspect` is to be set aside since processes died of it.
    `others_wait` says that the worker has taken other turns, which come behind this one;
    `jobs_wait` that jobs were queued when the head was read.
    `succeeds_a_dead_one` says that the process before this one died while it drained the project.
    """

    project_id: str
    began_s: float
    lane: Lane = "live"
    batch: Sequence[QueuedOperation] = ()
    took_all: bool = False
    bulk_is_next: bool = False
    has_had_bulk: bool = False
    has_applied: bool = False
    bell_id: str = ""
    doubts: dict[Lane, Doubts] = field(default_factory=no_doubts)
    failures_in_a_row: int = 0
    waited_s: float = 0.0
    suspect: Suspect | None = None
    succeeds_a_dead_one: bool = False
    has_begun: bool = False
    others_wait: bool = False
    jobs_wait: bool = False
    is_busy: bool = False
    being_deleted: Sequence[QueuedOperation] = ()

    @property
    def here(self) -> Doubts:
        """The doubts about the lane at hand."""
        return self.doubts[self.lane]

    def has_doubts(self) -> bool:
        """Whether the next turn has to know of this one."""
        return self.doubts != no_doubts()

    def begin_batch(self) -> tuple[Lane, Lane]:
        """Nothing is at hand any more. Returns the lanes in the order in which to look for more."""
        first: Lane = "bulk" if self.bulk_is_next else "live"
        self.batch, self.bulk_is_next, self.has_had_bulk = (), False, False
        return first, other_lane(first)

    def has_told(self, left: Mapping[Lane, int]) -> None:
        """The batch at hand is deleted, and so many entries are left in each lane.

        Live ones go first. When a live batch took all that waited, the bulk lane has one batch,
        whatever came meanwhile: small live batches in a row would keep it out of an idle database.
        """
        self.has_applied = True
        self.bulk_is_next = self.lane == "live" and self.took_all and left["bulk"] > 0
        self.has_had_bulk = self.lane == "bulk" and not self.here.suspects
        self.is_busy = self.lane == "live" and left["live"] > 0 and not left["bulk"]
