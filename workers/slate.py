"""What a worker process is at, in memory that outlives it: its parent reads it after a death.

Writing costs about a microsecond, where a note in Redis would cost a round trip and a sync.
"""

import mmap
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from workers.mailbox.envelope import QueuedOperation
from workers.mailbox.layout import Lane
from workers.suspects import Note
from workers.time_limit import TimeLimit

# A project id has 64 characters at most, an operation id 35.
SIZE_BYTES = 512
_LENGTH_BYTES = 2


class Slate:
    """Holds one note. Made by the parent, before it forks the process that writes on it.

    `name` is what the processes that write on it, one after the other, are called.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self._memory = mmap.mmap(-1, SIZE_BYTES)

    def write(self, note: Note) -> None:
        """Puts the note in the place of the last one; who is killed meanwhile leaves none."""
        words = (
            note.project_id,
            note.operation_id,
            str(note.operations),
            str(note.careful),
            "1" if note.is_proving else "",
            repr(note.since_s),
            note.lane,
        )
        text = "\t".join(words).encode()
        self._memory[:_LENGTH_BYTES] = b"\0\0"
        self._memory[_LENGTH_BYTES : _LENGTH_BYTES + len(text)] = text
        self._memory[:_LENGTH_BYTES] = len(text).to_bytes(_LENGTH_BYTES)

    def clear(self) -> None:
        """Leaves no note."""
        self._memory[:_LENGTH_BYTES] = b"\0\0"

    def read(self) -> Note:
        """The last note; an empty one if there is none."""
        length = int.from_bytes(self._memory[:_LENGTH_BYTES])
        if not length:
            return Note()
        text = self._memory[_LENGTH_BYTES : _LENGTH_BYTES + length].decode()
        project_id, operation_id, operations, careful, is_proving, since_s, lane = text.split("\t")
        return Note(
            project_id,
            operation_id,
            int(operations),
            int(careful),
            is_proving == "1",
            float(since_s),
            "bulk" if lane == "bulk" else "live",
        )


class SlateGuard:
    """The guard of a worker's drain: notes what it is at, and limits how long that may take."""

    def __init__(self, slate: Slate, limit: TimeLimit) -> None:
        self._slate = slate
        self._limit = limit

    def drains(self, project_id: str, careful: int, lane: Lane) -> None:
        """Notes that nothing is being applied."""
        self._slate.write(Note(project_id, careful=careful, lane=lane))

    @contextmanager
    def applying(
        self, project_id: str, batch: Sequence[QueuedOperation], careful: int
    ) -> Iterator[None]:
        """Notes what is being applied, until it is done or has raised."""
        lane, first, now_s = batch[0].lane, batch[0].operation_id, time.monotonic()
        self._slate.write(Note(project_id, first, len(batch), careful, since_s=now_s, lane=lane))
        try:
            with self._limit.applying():
                yield
        finally:
            self.drains(project_id, careful, lane)

    def proves(self, project_id: str) -> None:
        """Notes that nothing is done, on purpose."""
        self._slate.write(Note(project_id, is_proving=True))

    def leaves(self) -> None:
        """Notes that no mailbox is being drained."""
        self._slate.clear()
