"""Signals as something that a loop can wait for, so that nothing polls and nothing is missed."""

import os
import select
import signal
from types import FrameType
from typing import Self

from config.supervising.stop_requests import StopRequests

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_BROKEN_OFF_BY_A_THAW = (512, 513, 514, 516)
"""ERESTARTSYS and the like, by which Linux tells itself to begin a call anew. Seen outside of it
in virtual machines that went on from a snapshot: `up` and the parent of the workers died of it.
"""


class SignalWatch:
    """While entered, counts requests to stop and wakes `wait` on them and on a child's end."""

    def __init__(self) -> None:
        self._requests = StopRequests()
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._read_end, False)
        os.set_blocking(self._write_end, False)
        self._former: dict[signal.Signals, signal._HANDLER] = {}
        self._former_wakeup = -1

    def __enter__(self) -> Self:
        self._former_wakeup = signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        for number in _STOP_SIGNALS:
            # A program started under nohup must go on without its terminal.
            if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue
            self._former[number] = signal.signal(number, self._count_stop)
        # Without a handler of its own SIGCHLD would not reach the wake-up pipe.
        self._former[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, self._ignore)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._former_wakeup)
        os.close(self._read_end)
        os.close(self._write_end)

    @property
    def stop_requests(self) -> int:
        """How often somebody asked for a stop so far."""
        return self._requests.count

    def wait(self, timeout_s: float | None) -> None:
        """Return when a signal has come, or after `timeout_s` seconds (None: no limit).

        Once in a while sooner: where the machine itself was frozen meanwhile, and thawed.
        """
        try:
            ready, _, _ = select.select([self._read_end], [], [], timeout_s)
        except OSError as error:
            if error.errno not in _BROKEN_OFF_BY_A_THAW:
                raise
            return
        if ready:
            os.read(self._read_end, 4096)

    def _count_stop(self, _: int, __: FrameType | None) -> None:
        self._requests.note()

    def _ignore(self, _: int, __: FrameType | None) -> None:
        """Exist; see `__enter__`."""
