"""How large batches and how long turns are while several projects need the same worker."""

from workers.drain_terms import Clock, DrainLimits
from workers.mailbox.layout import Lane

SHARED_FOR_S = 2.0
"""How long a worker that drained another project expects that project, or a third one, again."""
LITTLE_FOR_S = 0.25
"""How long it expects those that wait with little: their callers come often, or are few."""


class Sharing:
    """Of one worker process, told by its clock.

    Among floods batches only get shorter. Where projects wait with little beside them, a flood has
    one small batch a turn: their callers wait for no more than that.
    """

    def __init__(self, limits: DrainLimits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._last_project = ""
        self._others_until_s = self._little_until_s = float("-inf")

    def begins(self, project_id: str) -> None:
        """A turn of a project begins."""
        if self._last_project not in ("", project_id):
            self.expect_others()
        self._last_project = project_id

    def expect_others(self) -> None:
        """Several projects need the worker."""
        self._others_until_s = self._clock.steady_s() + SHARED_FOR_S

    def expect_little(self) -> None:
        """Some of them wait with little."""
        self._little_until_s = self._clock.steady_s() + LITTLE_FOR_S

    @property
    def slice_s(self) -> float:
        """How long a turn is if others are queued; a batch is always done."""
        return 0.0 if self._clock.steady_s() < self._little_until_s else self._limits.slice_s

    def largest_batch(self, lane: Lane, size: int) -> int:
        """How many operations to take where `size` is the most when nobody else is there."""
        now_s = self._clock.steady_s()
        if lane == "live" and now_s < self._little_until_s:
            return min(size, self._limits.little_batch_size)
        return min(size, self._limits.shared_batch_size) if now_s < self._others_until_s else size
