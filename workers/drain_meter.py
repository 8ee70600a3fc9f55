"""What hears of a drain's work, to count it: a worker's is its metrics."""

from collections.abc import Sequence
from typing import Protocol

from workers.drain_terms import Departure, Failure
from workers.mailbox.collect import Published
from workers.mailbox.envelope import QueuedOperation


class DrainMeter(Protocol):
    """Is told by one thread."""

    def begins(self) -> None:
        """A batch begins."""

    def lap(self, phase: str) -> None:
        """The batch at hand has ended a phase."""

    def settled(
        self, project_id: str, batch: Sequence[QueuedOperation], told: Sequence[Published]
    ) -> None:
        """The batch is committed, its outcomes are told, its entries deleted."""

    def set_aside(self, culprit: QueuedOperation) -> None:
        """An operation went to the dead letters."""

    def failed(self, kind: Failure) -> None:
        """A batch failed and will be tried again, whole or in parts."""

    def left(self, departure: Departure) -> None:
        """A drain is over."""
