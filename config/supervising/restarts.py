"""When a process that ended is started again, and how its end is told."""

import signal

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
# Who ran that long did not die of its start.
STEADY_AFTER_S = 3.0


def pause_before_restart(pause_s: float, ran_s: float) -> float:
    """Return the seconds to wait after a death: twice the last pause, or the first one again
    for a process that ran steadily.
    """
    if pause_s == 0 or ran_s >= STEADY_AFTER_S:
        return FIRST_PAUSE_S
    return min(2 * pause_s, LONGEST_PAUSE_S)


def ending(code: int) -> str:
    """Say in words what an exit code means; a signal's is negative."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
