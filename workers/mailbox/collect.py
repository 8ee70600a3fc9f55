"""The worker's half: the head of a mailbox, and the end of what was committed.

Nothing is claimed by reading: entries stay until their exact ids are deleted after the commit, so
a crash at any point only means that they are read again (and that the ledger knows them).
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import NoScriptError, OutOfMemoryError

from models import compact_json
from workers.mailbox import layout
from workers.mailbox.connection import MailboxUnavailable, translated
from workers.mailbox.layout import Lane, QueuedOperation, read_entry
from workers.mailbox.metrics import NOBODY, RedisMeter
from workers.mailbox.script import script
from workers.mailbox.wake import Wake

_DELETE = script("delete")
_BEFORE_ALL = "0-0"


class Published(Protocol):
    """What became of an operation, for the edge at which its caller waits (workers.apply)."""

    @property
    def nonce(self) -> str: ...
    @property
    def reply_to(self) -> str | None: ...
    @property
    def record(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Head:
    """The oldest entries of a lane, and the last bell that had been rung by then."""

    entries: Sequence[QueuedOperation]
    bell_id: str


class Stir(Enum):
    """What ended a linger."""

    ENTRY = auto()
    BELL = auto()
    QUIET = auto()


class Mailbox:
    """All mailboxes, over a synchronous client. Every method raises MailboxUnavailable."""

    def __init__(self, redis: Redis, wake: Wake, meter: RedisMeter = NOBODY) -> None:
        self._redis = redis
        self._wake = wake
        self._meter = meter

    def head(self, project_id: str, limit: int, lane: Lane = "live") -> Head:
        """Reads up to `limit` of the lane's oldest entries and holds the wake token meanwhile.

        To be called under the project's database lock: what is read before it may be done already.
        """
        with self._asking("head"), self._redis.pipeline(transaction=False) as commands:
            self._wake.hold(project_id, commands)
            commands.xrange(layout.stream_key(project_id, lane), count=limit)
            commands.xrevrange(layout.BELLS, count=1)
            *_, entries, bells = _answers(commands)
        return Head(
            [read_entry(entry_id.decode(), fields, lane) for entry_id, fields in entries],
            bells[0][0].decode() if bells else _BEFORE_ALL,
        )

    def length(self, project_id: str) -> int:
        """How many entries the mailbox holds, both lanes together."""
        with translated(), self._redis.pipeline(transaction=False) as commands:
            for lane in layout.LANES:
                commands.xlen(layout.stream_key(project_id, lane))
            return sum(_answers(commands))

    def publish(self, settled: Iterable[Published], changed_project: str | None = None) -> None:
        """Tells the waiting edges what became of their operations: one message an edge.

        Before that, every edge hears of a project whose settings or credentials may have changed:
        whoever is told so is judged by what he wrote.
        """
        messages: dict[str, dict[str, Any]] = {}
        for one in settled:
            if one.reply_to is not None:
                messages.setdefault(one.reply_to, {})[one.nonce] = one.record
        if not messages and changed_project is None:
            return
        with self._asking("publish"), self._redis.pipeline(transaction=False) as commands:
            if changed_project is not None:
                commands.publish(layout.CHANGED_PROJECTS, changed_project)
            for edge_id, records in messages.items():
                commands.publish(layout.outcomes_channel(edge_id), compact_json.encode(records))
            commands.execute()

    def delete(self, project_id: str, entries: Sequence[QueuedOperation]) -> dict[Lane, int]:
        """Deletes exactly these entries, all of one lane; returns how many are left in each."""
        streams = [layout.stream_key(project_id, lane) for lane in layout.LANES]
        arguments: list[Any] = [
            len(streams) + 2,
            layout.bytes_key(project_id),
            layout.READY,
            *streams,
            project_id,
            layout.stream_key(project_id, entries[0].lane),
        ]
        for entry in entries:
            arguments += (entry.entry_id, entry.size_bytes)
        with self._asking("delete"):
            try:
                left: Any = self._redis.evalsha(_DELETE.sha, *arguments)
            except NoScriptError:
                left = self._redis.eval(_DELETE.text, *arguments)
        return dict(zip(layout.LANES, left, strict=True))

    def linger(self, project_id: str, bell_id: str, wait_s: float) -> Stir:
        """Waits until a lane holds an entry, or for a bell after `bell_id`, holding the wake token.

        `wait_s` must be below the client's timeout.
        """
        lanes = [layout.stream_key(project_id, lane) for lane in layout.LANES]
        # BLOCK 0 would wait for ever.
        block_ms = max(1, round(wait_s * 1000))
        with translated(), self._redis.pipeline(transaction=False) as commands:
            self._wake.hold(project_id, commands)
            after: dict[Any, Any] = {**dict.fromkeys(lanes, _BEFORE_ALL), layout.BELLS: bell_id}
            commands.xread(after, count=1, block=block_ms)
            *_, streams = _answers(commands)
        heard = {name.decode() for name, _ in streams or ()}
        if not heard.isdisjoint(lanes):
            return Stir.ENTRY
        return Stir.BELL if heard else Stir.QUIET

    @contextmanager
    def _asking(self, at: str) -> Iterator[None]:
        """Around one round trip: its errors are translated, its time is counted."""
        began_s = time.perf_counter()
        try:
            with translated():
                yield
        except MailboxUnavailable as error:
            self._meter.failed(error)
            raise
        self._meter.answered(at, time.perf_counter() - began_s)


def _answers(commands: Pipeline) -> list[Any]:
    """Runs a pipeline. A token that a full Redis did not take is no reason to stop emptying it."""
    answers: list[Any] = commands.execute(raise_on_error=False)
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, OutOfMemoryError):
            raise answer
    return answers
