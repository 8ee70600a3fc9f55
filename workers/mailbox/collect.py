"""The worker's half: the head of a mailbox, and the end of what was committed.

Nothing is claimed by reading: entries stay until their exact ids are deleted after the commit, so
a crash at any point only means that they are read again (and that the ledger knows them).
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from workers.mailbox.envelope import QueuedOperation, read_entry
from workers.mailbox.layout import Lane
from workers.mailbox.meanwhile import Meanwhile
from workers.mailbox.metrics import RedisMeter
from workers.mailbox.script import script
from workers.mailbox.untold import Untold
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
    """The oldest entries of a lane; the last bell rung by then, and whether drains were queued."""

    entries: Sequence[QueuedOperation]
    bell_id: str
    jobs_wait: bool


class Stir(Enum):
    """What ended a linger."""

    ENTRY = auto()
    BELL = auto()
    QUIET = auto()


class Mailbox:
    """All mailboxes, over a synchronous client. Every method raises MailboxUnavailable."""

    def __init__(self, redis: Redis, wake: Wake, meter: RedisMeter) -> None:
        self._redis = redis
        self._wake = wake
        self._meter = meter
        self._meanwhile = Meanwhile(redis)
        self._untold = Untold(meter)

    def head(self, project_id: str, limit: int, lane: Lane = "live") -> Head:
        """Reads up to `limit` of the lane's oldest entries and holds the wake token meanwhile.

        To be called under the project's database lock: what is read before it may be done already.
        """
        with self._asking("head"), self._redis.pipeline(transaction=False) as commands:
            self._wake.hold(project_id, commands)
            commands.xrange(layout.stream_key(project_id, lane), count=limit)
            commands.xrevrange(layout.BELLS, count=1)
            self._wake.count_jobs(commands)
            *_, entries, bells, jobs = _answers(commands)
        return Head(
            [read_entry(entry_id.decode(), fields, lane) for entry_id, fields in entries],
            bells[0][0].decode() if bells else _BEFORE_ALL,
            bool(jobs),
        )

    def heads(self, project_ids: Sequence[str], limit: int) -> dict[str, Sequence[QueuedOperation]]:
        """Reads up to `limit` of the oldest live entries of each project, in one trip.

        To be called under the projects' database locks.
        """
        with self._asking("heads"), self._redis.pipeline(transaction=False) as commands:
            for project_id in project_ids:
                commands.xrange(layout.stream_key(project_id, "live"), count=limit)
            found = _answers(commands)
        return {
            project_id: [read_entry(entry_id.decode(), fields, "live") for entry_id, fields in each]
            for project_id, each in zip(project_ids, found, strict=True)
        }

    def length(self, project_id: str) -> int:
        """How many entries the mailbox holds, both lanes together."""
        with translated(), self._redis.pipeline(transaction=False) as commands:
            for lane in layout.LANES:
                commands.xlen(layout.stream_key(project_id, lane))
            return sum(_answers(commands))

    def publish(self, settled: Iterable[Published], changed_project: str | None = None) -> None:
        """Tells the waiting edges what became of their operations: one message an edge.

        Before that, every edge hears of a project whose settings or credentials may have changed:
        whoever is told so is judged by what he wrote. Nobody waits for Redis' answers: what it does
        not take is logged, for an outcome is also in the ledger.
        """
        self._untold.note(self._meanwhile.forget())
        with self._asking("publish"):
            if changed_project is not None:
                self._meanwhile.send("PUBLISH", layout.CHANGED_PROJECTS, changed_project)
            for edge_id, records in _messages(settled).items():
                channel = layout.outcomes_channel(edge_id)
                self._meanwhile.send("PUBLISH", channel, compact_json.encode(records))

    def delete(self, project_id: str, entries: Sequence[QueuedOperation]) -> dict[Lane, int]:
        """Deletes exactly these entries, all of one lane; returns how many are left in each."""
        with self._asking("delete"):
            (left,) = self._run([_deletion(project_id, entries)])
        # By now the answers to a publication are there.
        self._untold.note(self._meanwhile.forget())
        return left

    def delete_meanwhile(self, project_id: str, entries: Sequence[QueuedOperation]) -> None:
        """Deletes them as `delete` does; `left_then` tells what is left."""
        with self._asking("delete"):
            self._meanwhile.send("EVALSHA", _DELETE.sha, *_deletion(project_id, entries))

    def left_then(self, project_id: str, entries: Sequence[QueuedOperation]) -> dict[Lane, int]:
        """How many entries were left in each lane behind the last `delete_meanwhile`, of these."""
        with self._asking("delete"):
            *told, answer = self._meanwhile.answers()
            self._untold.note(told)
            left = self._left(_deletion(project_id, entries), answer)
        return dict(zip(layout.LANES, left, strict=True))

    def leave(
        self,
        settled: Iterable[Published],
        batches: Mapping[str, Sequence[QueuedOperation]],
    ) -> dict[str, int]:
        """Publishes, deletes the batches by project, and gives back the tokens of those mailboxes
        that are left empty; all in one trip. Returns how many entries are left in each.

        To be called behind the unlock. Nothing can come between the deletion and the token: what is
        accepted before is counted, what is accepted after wakes a drain.
        """
        with self._asking("leave"):
            left = self._run(
                [_deletion(*each, is_left=True) for each in batches.items()], _messages(settled)
            )
        return {
            project_id: sum(lanes.values()) for project_id, lanes in zip(batches, left, strict=True)
        }

    def _run(
        self, deletions: Sequence[list[Any]], messages: Mapping[str, Any] | None = None
    ) -> list[dict[Lane, int]]:
        """Publishes, then deletes; what is left in the lanes behind each deletion."""
        with self._redis.pipeline(transaction=False) as commands:
            _publish(commands, messages or {})
            told = len(commands)
            for each in deletions:
                commands.evalsha(_DELETE.sha, *each)
            answers = commands.execute(raise_on_error=False)
        self._untold.note(answers[:told])
        return [
            dict(zip(layout.LANES, self._left(each, answer), strict=True))
            for each, answer in zip(deletions, answers[told:], strict=True)
        ]

    def _left(self, deletion: list[Any], answer: Any) -> Any:
        # After a restart Redis has forgotten the script: that call did nothing.
        if isinstance(answer, NoScriptError):
            return self._redis.eval(_DELETE.text, *deletion)
        if isinstance(answer, Exception):
            raise answer
        return answer

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


def _messages(settled: Iterable[Published]) -> dict[str, dict[str, Any]]:
    """By edge, what its callers wait for."""
    messages: dict[str, dict[str, Any]] = {}
    for one in settled:
        if one.reply_to is not None:
            messages.setdefault(one.reply_to, {})[one.nonce] = one.record
    return messages


def _publish(commands: Pipeline, messages: Mapping[str, Any]) -> None:
    for edge_id, records in messages.items():
        commands.publish(layout.outcomes_channel(edge_id), compact_json.encode(records))


def _deletion(
    project_id: str, entries: Sequence[QueuedOperation], *, is_left: bool = False
) -> list[Any]:
    """The arguments of the script."""
    streams = [layout.stream_key(project_id, lane) for lane in layout.LANES]
    arguments: list[Any] = [
        len(streams) + 3,
        layout.bytes_key(project_id),
        layout.READY,
        layout.wake_key(project_id),
        *streams,
        project_id,
        layout.stream_key(project_id, entries[0].lane),
        int(is_left),
    ]
    for entry in entries:
        arguments += (entry.entry_id, entry.size_bytes)
    return arguments


def _answers(commands: Pipeline) -> list[Any]:
    """Runs a pipeline. A token that a full Redis did not take is no reason to stop emptying it."""
    answers: list[Any] = commands.execute(raise_on_error=False)
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, OutOfMemoryError):
            raise answer
    return answers
