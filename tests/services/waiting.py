"""Waiting for something to become true, in place of sleeping."""

import threading
import time
from collections.abc import Callable

LOOK_EVERY_S = 0.01


def wait_until(condition: Callable[[], object], within_s: float = 15.0, what: str = "") -> None:
    """Return as soon as `condition()` is true; fail with `what` after `within_s` seconds."""
    pause = threading.Event()
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s:g} s: {what or condition}")
        pause.wait(LOOK_EVERY_S)
