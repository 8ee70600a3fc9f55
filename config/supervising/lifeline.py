"""A forked process that ends when its parent is gone, however that ended."""

import os
import signal
import threading


class Lifeline:
    """A pipe to which only the parent holds the end that is written to. Made before the fork."""

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
