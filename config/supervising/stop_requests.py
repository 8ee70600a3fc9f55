"""How often somebody asked for a stop: the second time means now (docs/operations.md)."""

import math
import time
from collections.abc import Callable

SAME_WITHIN_S = 1.0


class StopRequests:
    """Counts signals that ask for a stop; those that arrive together are one request.

    A terminal and a supervisor both send one, `timeout` sends two by itself.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self.count = 0
        self._clock_s = clock_s
        self._last_s = -math.inf

    def note(self) -> bool:
        """Whether this signal is a request of its own."""
        now_s = self._clock_s()
        if now_s - self._last_s <= SAME_WITHIN_S:
            return False
        self._last_s = now_s
        self.count += 1
        return True
