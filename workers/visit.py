"""What one drain of one project remembers from batch to batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from workers.mailbox.layout import QueuedOperation
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


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What the next turn of a project has to know of the last one in this process."""

    careful: int = 0
    slow: Slow = NEVER_SLOW


@dataclass(slots=True)
class Visit:
    """`suspects` is how many entries at the head are known to hold one that fails by itself.

    `careful` is how many are still to be applied one by one, since a process died of them;
    `suspect` the one to be set aside for it. `slow` is the operation of which a statement took too
    long when it was alone, and how often in a row. `succeeds_a_dead_one` says that the process
    before this one died while it drained the project.
    """

    project_id: str
    began_s: float
    batch: Sequence[QueuedOperation] = ()
    bell_id: str = ""
    last_seen: str | None = None
    suspects: int = 0
    failures_in_a_row: int = 0
    waited_s: float = 0.0
    careful: int = 0
    suspect: Suspect | None = None
    slow: Slow = NEVER_SLOW
    succeeds_a_dead_one: bool = False

    def largest_batch(self, batch_size: int) -> int:
        """How many entries to take next."""
        if self.careful:
            return 1
        return max(1, self.suspects // 2) if self.suspects else batch_size

    def has_settled(self) -> None:
        """The batch at hand is committed."""
        self.slow = NEVER_SLOW
        self.suspects = max(0, self.suspects - len(self.batch))
        self.careful = max(0, self.careful - len(self.batch))

    def begins_with(self, unfinished: Unfinished) -> None:
        """Goes on where an earlier turn left."""
        self.careful, self.slow = unfinished.careful, unfinished.slow

    def unfinished(self) -> Unfinished:
        """What the next turn begins with."""
        return Unfinished(self.careful, self.slow)
