"""Log lines on their way out: who does not read them holds nobody up.

A pipe takes 64 KB. When its reader has stopped, writing into it would wait for ever, and with it
whatever the process does.
"""

import logging
import os
import select
import stat
from io import FileIO
from typing import TextIO

READER_WAIT_S = 0.1
"""How long a line waits for a reader who is slow; those behind it, if it was in vain, do not."""


class LineHandler(logging.StreamHandler[TextIO]):
    """Writes lines to a stream; what a full pipe has no room for is left out, counted, and told."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._pipe = _own_end(stream)
        self._rest = b""
        self._left_out = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Writes the record's line, or leaves it out; raises nothing."""
        if self._pipe is None:
            super().emit(record)
            return
        try:
            self._emit_to(self._pipe, record)
        except Exception:  # noqa: BLE001 - a line that cannot be written concerns nothing else
            self.handleError(record)

    def close(self) -> None:
        """Nothing more comes; the stream itself stays open."""
        if self._pipe is not None:
            self._pipe.close()
        super().close()

    def _emit_to(self, pipe: FileIO, record: logging.LogRecord) -> None:
        if self._left_out and not self._has_written(pipe, self._gap()):
            self._left_out += 1
            return
        self._left_out = 0
        line = self._line(record)
        if not self._has_written(pipe, line):
            is_written = _is_read(pipe) and self._has_written(pipe, line)
            self._left_out = 0 if is_written else 1

    def _gap(self) -> bytes:
        told = "lines left out since nobody read them: %d"
        return self._line(
            logging.LogRecord(__name__, logging.WARNING, __file__, 0, told, (self._left_out,), None)
        )

    def _has_written(self, pipe: FileIO, line: bytes) -> bool:
        """Whether the line is on its way; of a long one the rest may follow with the next."""
        try:
            if self._rest:
                self._rest = self._rest[pipe.write(self._rest) or 0 :]
            written = 0 if self._rest else pipe.write(line) or 0
        except BrokenPipeError:
            return False
        if written:
            self._rest = line[written:]
        return bool(written)

    def _line(self, record: logging.LogRecord) -> bytes:
        return (self.format(record) + self.terminator).encode("utf-8", "backslashreplace")


def _own_end(stream: TextIO) -> FileIO | None:
    """The pipe behind the stream, opened anew: not to wait is this process' own affair.

    None where it is no pipe, or the system lets nobody open it.
    """
    try:
        number = stream.fileno()
        if not stat.S_ISFIFO(os.fstat(number).st_mode):
            return None
        return FileIO(f"/proc/self/fd/{number}", "w", opener=_open_unwaiting)
    except (OSError, ValueError):
        return None


def _open_unwaiting(path: str, _: int) -> int:
    return os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def _is_read(pipe: FileIO) -> bool:
    poll = select.poll()
    poll.register(pipe, select.POLLOUT)
    return bool(poll.poll(READER_WAIT_S * 1000))
