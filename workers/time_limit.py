"""Ends the process when an application does not come back.

The alarm is the kernel's, and faulthandler's C code answers it: so it also strikes while an endless
regular expression or a huge power holds the interpreter lock. It writes where the process was
(places in the code, no data), then the signal ends it; the database takes back what it had done.
"""

import faulthandler
import signal
from collections.abc import Iterator
from contextlib import contextmanager

# Deciding one operation takes well below a millisecond; a batch gets so much more for each.
DECIDE_SHARE_S = 0.002


class TimeLimit:
    """For one thread of the process: there is one alarm. RQ's own is off (workers/drain_worker.py).

    Deciding is pure computation, so its limit is short. The rest may wait for the database, whose
    own limits come first; `apply_s` is for what even they do not end.
    """

    def __init__(self, decide_s: float, apply_s: float) -> None:
        self._decide_s = decide_s
        self._apply_s = apply_s

    def set_up(self) -> None:
        """Says what the alarm does; once, by the main thread, before any application."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        faulthandler.register(signal.SIGALRM, all_threads=True, chain=True)

    @contextmanager
    def applying(self) -> Iterator[None]:
        """Around a whole application."""
        _end_after(self._apply_s)
        try:
            yield
        finally:
            _end_after(0)

    @contextmanager
    def deciding(self, operations: int) -> Iterator[None]:
        """Around what only computes, within `applying`."""
        _end_after(self._decide_s + DECIDE_SHARE_S * operations)
        try:
            yield
        finally:
            _end_after(self._apply_s)


def _end_after(limit_s: float) -> None:
    """0 is never."""
    signal.setitimer(signal.ITIMER_REAL, limit_s)
