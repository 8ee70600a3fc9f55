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


@dataclass(slots=True)
class Visit:
    """`suspects` is how many entries at the head are known to hold one that fails by itself.

    `careful` is how many are still to be applied one by one, since a process died of them;
    `suspect` the one to be set aside for it. `slow_tries` is how often in a row the one entry at
    hand outlasted the limit of a statement. `succeeds_a_dead_one` says that the process before this
    one died while it drained the project.
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
    slow_tries: int = 0
    succeeds_a_dead_one: bool = False

    def largest_batch(self, batch_size: int) -> int:
        """How many entries to take next."""
        if self.careful:
            return 1
        return max(1, self.suspects // 2) if self.suspects else batch_size

    def has_settled(self) -> None:
        """The batch at hand is committed."""
        self.slow_tries = 0
        self.suspects = max(0, self.suspects - len(self.batch))
        self.careful = max(0, self.careful - len(self.batch))
