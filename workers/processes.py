"""The parent of the worker processes: starts them, sees what they die of, starts them again.

It has imported everything and opened nothing: no thread, no connection. So a child is a fork, which
takes some milliseconds, and what a child does to itself does not concern the others. It alone
counts deaths (docs/adr/0015): if it is killed, nothing is held against any operation.
"""

import logging
import secrets
import signal
import time
from collections.abc import Callable

from config.supervising.lifeline import Lifeline
from config.supervising.restarts import ending, pause_before_restart
from config.supervising.signals import SignalWatch
from workers.child import Child, Life, fork_child
from workers.recycling import Recycling
from workers.slate import Slate
from workers.suspects import Death, Errand, Suspicions

log = logging.getLogger(__name__)

# A fork that lived that long did not die of its start.
STEADY_AFTER_S = 0.5
_KILLED = 1


class _Place:
    """Where a child runs; one after the other."""

    def __init__(self, family: str, number: int) -> None:
        self.number = number
        self.slate = Slate(f"{family}-{number}")
        self.child: Child | None = None
        self.errand: Errand | None = None
        self.pause_s = 0.0
        self.due_s = 0.0
        self.is_recycled = False


def _untold(_: str) -> None:
    """Where nobody counts."""


class WorkerProcesses:
    """`count` children that each `live`, until a signal says stop.

    A child that ends by itself with 0 while `is_burst` has nothing left to do. `tell` hears how a
    child ended: died, recycled or done.
    """

    def __init__(
        self,
        live: Life,
        count: int,
        poison_deaths: int,
        recycling: Recycling,
        *,
        is_burst: bool = False,
        tell: Callable[[str], None] = _untold,
    ) -> None:
        self._live = live
        self._tell = tell
        self._recycling = recycling
        self._is_burst = is_burst
        self._suspicions = Suspicions(poison_deaths)
        family = secrets.token_hex(8)
        self._places = [_Place(family, number + 1) for number in range(count)]
        self._lifeline = Lifeline()
        self._signals = SignalWatch()

    def run(self) -> int:
        """Runs until stopped; returns the exit code: 0, or 1 if a child had to be killed."""
        with self._signals:
            while self._places and not self._signals.stop_requests:
                now_s = time.monotonic()
                for place in list(self._places):
                    self._look_after(place, now_s)
                self._recycle(now_s)
                self._signals.wait(self._pause_s(now_s))
            code = self._stop()
        self._lifeline.cut()
        return code

    def _look_after(self, place: _Place, now_s: float) -> None:
        if place.child is not None:
            code = place.child.reap()
            if code is None:
                return
            self._ended(place, place.child, code, now_s)
        if place in self._places and now_s >= place.due_s:
            self._start(place, now_s)

    def _start(self, place: _Place, now_s: float) -> None:
        """Forks a child; where the system has no room for one, now, later."""
        try:
            place.child = fork_child(self._live, place.errand, place.slate, self._lifeline)
        except OSError as error:
            place.pause_s = pause_before_restart(place.pause_s, 0.0)
            place.due_s = now_s + place.pause_s
            log.warning(
                "worker process %d cannot start (%s); trying again in %g s",
                place.number,
                error.strerror,
                place.pause_s,
            )
            return
        place.errand = None
        log.info("worker process %d started (pid %d)", place.number, place.child.pid)

    def _ended(self, place: _Place, child: Child, code: int, now_s: float) -> None:
        place.child, place.due_s = None, now_s
        was_recycled, place.is_recycled = place.is_recycled, False
        death = child.death(code)
        is_idle = not death.note.project_id
        # Told to go before it could hear it, it dies of the signal.
        if was_recycled and is_idle and code in (0, -signal.SIGTERM):
            self._tell("recycled")
            return
        if self._is_burst and is_idle and code == 0:
            self._places.remove(place)
            self._tell("done")
            return
        self._tell("died")
        place.errand = self._suspicions.errand(death)
        if death.note.operation_id or now_s - child.started_s >= STEADY_AFTER_S:
            # Of an operation it dies a few times, and then no more.
            place.pause_s = 0.0
        else:
            place.pause_s = pause_before_restart(place.pause_s, 0.0)
        place.due_s = now_s + place.pause_s
        log.warning(
            "worker process %d (pid %d) ended (%s) %s; starting it again in %g s",
            place.number,
            child.pid,
            ending(code),
            _at(death),
            place.pause_s,
            extra=_ids(death),
        )

    def _pause_s(self, now_s: float) -> float | None:
        """How long nothing is to be done, unless a signal comes."""
        moments_s = [place.due_s for place in self._places if place.child is None]
        moments_s += self._recycling.looks(
            [place.child for place in self._places if place.child is not None], now_s
        )
        if not self._places:
            return 0.0
        return max(0.0, min(moments_s) - now_s) if moments_s else None

    def _recycle(self, now_s: float) -> None:
        """Lets the first child that is due go, gracefully; one at a time."""
        if any(place.is_recycled for place in self._places):
            return
        for place in self._places:
            if place.child is None or (why := self._recycling.reason(place.child, now_s)) is None:
                continue
            log.info(
                "worker process %d (pid %d) is recycled: %s", place.number, place.child.pid, why
            )
            place.is_recycled = True
            place.child.send(signal.SIGTERM)
            return

    def _stop(self) -> int:
        """Has all of them finish what they have begun; a second signal kills them."""
        asked = self._signals.stop_requests
        children = [place.child for place in self._places if place.child is not None]
        for child in children:
            child.send(signal.SIGTERM)
        code = 0
        while children := [child for child in children if child.reap() is None]:
            self._signals.wait(None)
            if self._signals.stop_requests > asked:
                code = _KILLED
                for child in children:
                    child.send(signal.SIGKILL)
            asked = self._signals.stop_requests
        return code


def _ids(death: Death) -> dict[str, str]:
    note = death.note
    ids = {"project_id": note.project_id, "operation_id": note.operation_id}
    return {name: each for name, each in ids.items() if each}


def _at(death: Death) -> str:
    """What it was at."""
    note = death.note
    if note.operation_id:
        whole = f"a batch of {note.operations} from " if note.operations > 1 else ""
        return f"while it applied {whole}{note.operation_id} of {note.project_id}"
    return f"while it drained {note.project_id}" if note.project_id else "while it was idle"
