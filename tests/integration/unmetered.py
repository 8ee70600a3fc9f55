"""Meters where nobody counts anything."""

from collections.abc import Sequence

from config.measures import Measures
from workers.drain_terms import Departure, Failure
from workers.mailbox.collect import Published
from workers.mailbox.layout import QueuedOperation
from workers.mailbox.metrics import RedisMetrics


def uncounted() -> RedisMetrics:
    """Of round trips to Redis: counted, and read by nobody."""
    return RedisMetrics(Measures())


class Unmetered:
    """Of a drain: hears all and keeps nothing."""

    def begins(self) -> None:
        """Nobody asks."""

    def lap(self, phase: str) -> None:
        """Nobody asks."""

    def settled(
        self, project_id: str, batch: Sequence[QueuedOperation], told: Sequence[Published]
    ) -> None:
        """Nobody asks."""

    def set_aside(self, culprit: QueuedOperation) -> None:
        """Nobody asks."""

    def failed(self, kind: Failure) -> None:
        """Nobody asks."""

    def left(self, departure: Departure) -> None:
        """Nobody asks."""
