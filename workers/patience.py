"""How a drain waits before it tries the same head again; nothing overtakes it."""

import logging

from workers.drain_terms import Clock, Departure
from workers.stop import Stop
from workers.visit import Step, Visit

log = logging.getLogger(__name__)

RETRY_FIRST_S = 0.05
RETRY_LONGEST_S = 1.0
# Beyond it the drain leaves and the sweeper tries again: other projects get their turn.
RETRY_BUDGET_S = 3.0


def retry_delay_s(failures_in_a_row: int, chance: float) -> float:
    """How long to wait after the n-th transient failure in a row; `chance` is in 0..1."""
    longest = min(RETRY_LONGEST_S, RETRY_FIRST_S * 2.0 ** min(failures_in_a_row - 1, 16))
    return longest * (0.5 + chance / 2)


class Patience:
    """Growing, random pauses, up to a budget; a stop ends them."""

    def __init__(self, clock: Clock, stop: Stop) -> None:
        self._clock = clock
        self._stop = stop

    def back_off(self, visit: Visit, reason: str) -> Step | Departure:
        """Waits after a failure that is no operation's fault; says so when the budget is spent."""
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
        return Step.AGAIN
