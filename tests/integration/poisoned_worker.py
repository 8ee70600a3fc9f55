"""A worker in which events of certain names kill or never end, as a bug in a handler would."""

import ctypes
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace

from models.operations import Track
from models.outcomes import Effect, Refusal
from models.working_set.state import WorkingSet
from workers.__main__ import main
from workers.dispatch import HANDLERS

WAITS = "an operation waits for ever"


def _kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _break_memory() -> None:
    ctypes.string_at(0)


def _leave() -> None:
    os._exit(0)


def _loop() -> None:
    while True:
        pass


def _wait() -> None:
    print(WAITS, file=sys.stderr, flush=True)
    threading.Event().wait()


def _hold_the_interpreter() -> None:
    re.match(r"(a+)+$", "a" * 60 + "b")


DEADLY: dict[str, Callable[[], None]] = {
    "leaves": _leave,
    "breaks memory": _break_memory,
    "kills itself": _kill_itself,
}
ENDLESS: dict[str, Callable[[], None]] = {
    "loops": _loop,
    "waits": _wait,
    "holds the interpreter": _hold_the_interpreter,
}


def _apply(operation: Track, state: WorkingSet) -> Effect | Refusal:
    {**DEADLY, **ENDLESS}.get(operation.name, lambda: None)()
    return _sound(operation, state)


_sound = HANDLERS[Track].apply

if __name__ == "__main__":
    HANDLERS[Track] = replace(HANDLERS[Track], apply=_apply)
    sys.exit(main())
