"""The edge's half: entries on their way into the mailbox, and back as receipts.

Calls are coalesced: what arrives while a round trip is in flight goes with the next one. That
turns one fsync of Redis' append-only file per entry into one per trip. What one call brings
together is never divided.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from workers.mailbox import layout
from workers.mailbox.connection import MailboxUnavailable, translated, unavailable
from workers.mailbox.layout import Envelope, QueuedOperation
from workers.mailbox.script import script
from workers.mailbox.wake import Wake

log = logging.getLogger(__name__)

MAX_TRIP_ENTRIES = 512
MAX_TRIP_BYTES = 4 * 1024 * 1024
"""Once either is reached, the next call waits for the next trip."""
MAX_WAITING_ENTRIES = 20_000
FULL_RETRY_AFTER_S = 5

_ACCEPT = script("accept")


@dataclass(frozen=True, slots=True)
class PostLimits:
    """A mailbox's caps, and how long a hint and a queued wake token last."""

    mailbox_max_entries: int
    mailbox_max_bytes: int
    idempotency_hint_s: int
    wake_queued_s: float


@dataclass(frozen=True, slots=True)
class Accepted:
    """In the mailbox, which now holds `depth` entries."""

    operation_id: str
    accepted_at_ms: int
    depth: int


@dataclass(frozen=True, slots=True)
class Replay:
    """The idempotency key was used lately, with the same content, by this operation."""

    operation_id: str


@dataclass(frozen=True, slots=True)
class KeyReused:
    """The idempotency key was used lately, with other content, by this operation."""

    operation_id: str


@dataclass(frozen=True, slots=True)
class MailboxFull:
    """Over its cap in entries or bytes; nothing was stored."""

    retry_after_s: int = FULL_RETRY_AFTER_S


Answer = Accepted | Replay | KeyReused | MailboxFull

Lane = Literal["live", "bulk"]
"""Live operations are somebody's clicks, bulk ones a backfill (contract §10)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Letter:
    """The envelopes of one call, in their order. The lane is kept; all lanes share the mailbox."""

    project_id: str
    lane: Lane
    envelopes: Sequence[Envelope]
    raws: Sequence[bytes] = field(repr=False)
    answers: asyncio.Future[list[Answer]]

    @property
    def size_bytes(self) -> int:
        return sum(map(len, self.raws))


def new_nonce() -> str:
    """56 random bits as 14 hex digits."""
    return secrets.token_hex(layout.NONCE_BYTES)


class Post:
    """Takes entries into the mailboxes. One for each edge process, used by its event loop."""

    def __init__(self, redis: Redis, wake: Wake, limits: PostLimits) -> None:
        self._redis = redis
        self._wake = wake
        self._limits = limits
        self._waiting: deque[_Letter] = deque()
        self._waiting_entries = 0
        self._round_trips: asyncio.Task[None] | None = None
        self._waker = ThreadPoolExecutor(1, thread_name_prefix="wake")

    async def accept(self, project_id: str, envelope: Envelope) -> Answer:
        """Takes an operation into its project's mailbox; calls are served in order of arrival.

        Raises MailboxUnavailable when Redis does not confirm it: then it may have been accepted
        or not. Raises ValueError for a payload that JSON cannot hold.
        """
        (answer,) = await self.accept_many(project_id, (envelope,))
        return answer

    async def accept_many(
        self, project_id: str, envelopes: Sequence[Envelope], lane: Lane = "live"
    ) -> list[Answer]:
        """Takes operations in, in their order and in one call of the script; an answer for each.

        Those that do not fit are answered MailboxFull, whatever their place. Raises as `accept`
        does, for all of them.
        """
        raws = [layout.encode(envelope) for envelope in envelopes]
        if self._waiting_entries >= MAX_WAITING_ENTRIES:
            raise MailboxUnavailable("too many calls are waiting for Redis")
        answers: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Letter(project_id, lane, envelopes, raws, answers))
        self._waiting_entries += len(raws)
        if self._round_trips is None:
            self._round_trips = asyncio.create_task(self._send_all())
        return await answers

    async def queued(self, project_id: str, operation_id: str) -> QueuedOperation | None:
        """The operation if it still waits in this project's mailbox. Raises MailboxUnavailable."""
        parsed = layout.parse_operation_id(operation_id)
        if parsed is None:
            return None
        entry_id, nonce = parsed
        with translated():
            key = layout.mailbox_key(project_id)
            found: Any = await self._redis.xrange(key, entry_id, entry_id)
        for _, fields in found:
            queued = layout.read_entry(entry_id, fields)
            return queued if queued.envelope.nonce == nonce else None
        return None

    async def aclose(self) -> None:
        """Waits for the entries and wake-ups under way. The clients stay open."""
        if self._round_trips is not None:
            await self._round_trips
        await asyncio.to_thread(self._waker.shutdown)

    async def _send_all(self) -> None:
        trip: list[_Letter] = []
        try:
            while self._waiting:
                trip = self._next_trip()
                try:
                    await self._send(trip)
                except MailboxUnavailable as error:
                    _refuse(trip, error)
                    if error.timed_out:
                        # Who came meanwhile has waited as long: nobody waits for two timeouts.
                        self._refuse_waiting(error)
        finally:
            self._round_trips = None
            ended = MailboxUnavailable("the round trips have ended")
            _refuse(trip, ended)
            self._refuse_waiting(ended)

    def _refuse_waiting(self, error: MailboxUnavailable) -> None:
        _refuse(self._waiting, error)
        self._waiting.clear()
        self._waiting_entries = 0

    def _next_trip(self) -> list[_Letter]:
        trip: list[_Letter] = []
        entries = size_bytes = 0
        while self._waiting and entries < MAX_TRIP_ENTRIES and size_bytes < MAX_TRIP_BYTES:
            letter = self._waiting.popleft()
            self._waiting_entries -= len(letter.raws)
            # Its caller may have gone away meanwhile.
            if not letter.answers.done():
                trip.append(letter)
                entries += len(letter.raws)
                size_bytes += letter.size_bytes
        return trip

    async def _send(self, trip: Sequence[_Letter]) -> None:
        bundles: dict[str, list[_Letter]] = {}
        for letter in trip:
            bundles.setdefault(letter.project_id, []).append(letter)
        pending = {project: self._call(project, letters) for project, letters in bundles.items()}
        replies = await self._ask("EVALSHA", _ACCEPT.sha, pending)
        # After a restart Redis has forgotten the script: those calls did nothing.
        unknown = {p: pending[p] for p, r in replies.items() if isinstance(r, NoScriptError)}
        if unknown:
            replies |= await self._ask("EVAL", _ACCEPT.text, unknown)
        for project_id, reply in replies.items():
            self._deliver(project_id, bundles[project_id], reply)

    async def _ask(
        self, command: str, script_name: str, calls: dict[str, list[Any]]
    ) -> dict[str, Any]:
        with translated():
            async with self._redis.pipeline(transaction=False) as commands:
                for arguments in calls.values():
                    commands.execute_command(command, script_name, *arguments)
                replies = await commands.execute(raise_on_error=False)
        return dict(zip(calls, replies, strict=True))

    def _call(self, project_id: str, letters: Sequence[_Letter]) -> list[Any]:
        keys = [
            layout.mailbox_key(project_id),
            layout.bytes_key(project_id),
            layout.wake_key(project_id),
            layout.READY,
            layout.BELLS,
        ]
        entries: list[Any] = []
        for envelope, raw in _entries(letters):
            place = 0
            if envelope.idempotency_key is not None:
                keys.append(layout.hint_key(project_id, envelope.type, envelope.idempotency_key))
                place = len(keys)
            entries += (envelope.nonce, envelope.fingerprint, place, raw)
        limits = self._limits
        return [
            len(keys),
            *keys,
            project_id,
            limits.mailbox_max_entries,
            limits.mailbox_max_bytes,
            limits.idempotency_hint_s,
            round(limits.wake_queued_s * 1000),
            *entries,
        ]

    def _deliver(self, project_id: str, letters: Sequence[_Letter], reply: Any) -> None:
        if isinstance(reply, Exception):
            _refuse(letters, unavailable(reply))
            return
        wake_taken, depth, answers = reply
        if wake_taken:
            self._waker.submit(self._enqueue, project_id)
        rest = iter(answers)
        for letter in letters:
            mine = islice(rest, len(letter.envelopes))
            read = [
                _read_answer(envelope, answer.decode(), depth)
                for envelope, answer in zip(letter.envelopes, mine, strict=True)
            ]
            if not letter.answers.done():
                letter.answers.set_result(read)

    def _enqueue(self, project_id: str) -> None:
        try:
            self._wake.enqueue(project_id)
        except MailboxUnavailable as error:
            log.warning("no drain was queued, the sweeper will: %s (project %s)", error, project_id)
        except Exception:
            log.exception("no drain was queued, the sweeper will (project %s)", project_id)


def _entries(letters: Sequence[_Letter]) -> Iterator[tuple[Envelope, bytes]]:
    for letter in letters:
        yield from zip(letter.envelopes, letter.raws, strict=True)


def _refuse(letters: Iterable[_Letter], error: MailboxUnavailable) -> None:
    for letter in letters:
        if not letter.answers.done():
            letter.answers.set_exception(error)


def _read_answer(envelope: Envelope, answer: str, depth: int) -> Answer:
    if not answer:
        return MailboxFull()
    entry_id, _, first = answer.partition(" ")
    if not first:
        accepted_at_ms = int(entry_id.partition("-")[0])
        return Accepted(layout.operation_id(entry_id, envelope.nonce), accepted_at_ms, depth)
    nonce, _, fingerprint = first.partition(" ")
    operation_id = layout.operation_id(entry_id, nonce)
    if fingerprint == envelope.fingerprint:
        return Replay(operation_id)
    return KeyReused(operation_id)
