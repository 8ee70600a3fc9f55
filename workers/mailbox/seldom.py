"""When to say again what may happen very often."""

import math
import time
from collections.abc import Callable

SAY_EVERY_S = 10.0


class Seldom:
    """Due the first time, and then when `SAY_EVERY_S` have gone by since it was."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._due_at_s = -math.inf

    def is_due(self) -> bool:
        """Whether to say it now; then it is said."""
        now_s = self._clock_s()
        if now_s < self._due_at_s:
            return False
        self._due_at_s = now_s + SAY_EVERY_S
        return True
