"""Processes that end when their parent is gone, however that ended."""

import multiprocessing
import os
import signal
import threading


def end_with_spawner() -> None:
    """In a process that multiprocessing started: from now on the end of that parent is a SIGTERM.

    Elsewhere it does nothing.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def await_end() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=await_end, name="lifeline", daemon=True).start()


class Lifeline:
    """For forked processes: a pipe of which only the parent has the end that is written to.

    To be made before the fork.
    """

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe()

    def hold(self) -> None:
        """In the child: from now on the end of the parent is a SIGTERM."""
        os.close(self._write_end)
        threading.Thread(target=self._await_end, name="lifeline", daemon=True).start()

    def cut(self) -> None:
        """In the parent: lets the pipe go."""
        os.close(self._read_end)
        os.close(self._write_end)

    def _await_end(self) -> None:
        os.read(self._read_end, 1)
        os.kill(os.getpid(), signal.SIGTERM)
