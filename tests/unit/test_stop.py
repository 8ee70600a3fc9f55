"""A stop may be asked for by a signal handler, whatever its own thread is doing just then."""

import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from workers.stop import Stop

# More lines than any of the calls has.
LINES = 60
STUCK_AFTER_S = 10.0

Call = Callable[[Stop], object]


def _interrupted(call: Call, line: int, interrupt: Call) -> bool:
    """Runs the call, and before its n-th line what interrupts it; True if both came back."""
    stop, left = Stop(), [line]

    def look(_: FrameType, event: str, __: object) -> Any:
        if event == "line":
            left[0] -= 1
            if not left[0]:
                interrupt(stop)
        return look

    def run() -> None:
        sys.settrace(look)
        call(stop)
        sys.settrace(None)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(STUCK_AFTER_S)
    return not thread.is_alive()


@pytest.mark.parametrize(
    "call", [Stop.set, lambda stop: stop.wait(0.001)], ids=["while it is set", "while it waits"]
)
def test_a_signal_handler_may_set_it(call: Call) -> None:
    assert all(_interrupted(call, line, Stop.set) for line in range(1, LINES))


def test_it_wakes_the_threads_that_wait() -> None:
    stop, woken = Stop(), list[bool]()
    waiting = [
        threading.Thread(target=lambda: woken.append(stop.wait(STUCK_AFTER_S))) for _ in range(3)
    ]
    for thread in waiting:
        thread.start()
    stop.set()
    for thread in waiting:
        thread.join(STUCK_AFTER_S)
    assert woken == [True] * 3


def test_without_it_a_wait_ends_after_its_time() -> None:
    assert not Stop().wait(0.001)
