"""One forked worker process, as its parent sees it."""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.supervising.lifeline import Lifeline
from workers.slate import Slate
from workers.suspects import Death, Errand

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# What a shell calls the end by an error.
_FAILED = 1

Life = Callable[[Slate, Errand | None], None]
"""What a child does, from its beginning to its end."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process that runs, or has just ended."""

    pid: int
    slate: Slate
    started_s: float

    def reap(self) -> int | None:
        """The exit code, negative for a signal; None while it runs. Asked once after the end."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None

    def send(self, number: signal.Signals) -> None:
        """Sends it a signal; it is not reaped yet, so the pid is its own."""
        os.kill(self.pid, number)

    def death(self, code: int) -> Death:
        """What its end tells, with what it was at."""
        note = self.slate.read()
        return Death(note, code, time.monotonic() - note.since_s if note.operation_id else 0.0)

    def memory_bytes(self) -> int:
        """What it keeps in memory; 0 where the system does not tell in /proc."""
        try:
            told = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii")
        except OSError:
            return 0
        return int(told.split()[1]) * _PAGE_BYTES


def fork_child(live: Life, errand: Errand | None, slate: Slate, lifeline: Lifeline) -> Child:
    """Forks a process that does nothing but `live`. The caller must run one thread only."""
    slate.clear()
    sys.stdout.flush()
    sys.stderr.flush()
    # A signal that comes in between must not meet the parent's handlers in the child.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    try:
        pid = os.fork()
        if pid == 0:
            _be_child(live, errand, slate, lifeline)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return Child(pid, slate, time.monotonic())


def _be_child(live: Life, errand: Errand | None, slate: Slate, lifeline: Lifeline) -> None:
    """Never returns: what the parent was about to do is not the child's."""
    code = _FAILED
    try:
        signal.set_wakeup_fd(-1)
        for number in (*_STOP_SIGNALS, signal.SIGCHLD):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
        lifeline.hold()
        live(slate, errand)
        code = 0
    except BaseException:  # noqa: BLE001 - the edge of the process
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)
