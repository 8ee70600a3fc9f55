"""The edge's half: entries on their way into the mailbox, and back as receipts.

Calls are coalesced: what arrives while a round trip is in flight goes with the next one. That
turns one fsync of Redis' append-only file per entry into one per trip.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

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
MAX_WAITING = 20_000
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


@dataclass(frozen=True, slots=True, eq=False)
class _Letter:
    project_id: str
    envelope: Envelope
    raw: bytes = field(repr=False)
    answer: asyncio.Future[Answer]


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
        self._round_trips: asyncio.Task[None] | None = None
        self._waker = ThreadPoolExecutor(1, thread_name_prefix="wake")

    async def accept(self, project_id: str, envelope: Envelope) -> Answer:
        """Takes an operation into its project's mailbox; calls are served in order of arrival.

        Raises MailboxUnavailable when Redis does not confirm it: then it may have been accepted
        or not. Raises ValueError for a payload that JSON cannot hold.
        """
        raw = layout.encode(envelope)
        if len(self._waiting) >= MAX_WAITING:
            raise MailboxUnavailable("too many calls are waiting for Redis")
        letter = _Letter(project_id, envelope, raw, asyncio.get_running_loop().create_future())
        self._waiting.append(letter)
        if self._round_trips is None:
            self._round_trips = asyncio.create_task(self._send_all())
        return await letter.answer

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
                        _refuse(self._waiting, error)
                        self._waiting.clear()
        finally:
            self._round_trips = None
            _refuse([*trip, *self._waiting], MailboxUnavailable("the round trips have ended"))
            self._waiting.clear()

    def _next_trip(self) -> list[_Letter]:
        trip: list[_Letter] = []
        size_bytes = 0
        while self._waiting and len(trip) < MAX_TRIP_ENTRIES and size_bytes < MAX_TRIP_BYTES:
            letter = self._waiting.popleft()
            # Its caller may have gone away meanwhile.
            if not letter.answer.done():
                trip.append(letter)
                size_bytes += len(letter.raw)
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
        for letter in letters:
            envelope = letter.envelope
            place = 0
            if envelope.idempotency_key is not None:
                keys.append(layout.hint_key(project_id, envelope.type, envelope.idempotency_key))
                place = len(keys)
            entries += (envelope.nonce, envelope.fingerprint, place, letter.raw)
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
        for letter, answer in zip(letters, answers, strict=True):
            if not letter.answer.done():
                letter.answer.set_result(_read_answer(letter.envelope, answer.decode(), depth))

    def _enqueue(self, project_id: str) -> None:
        try:
            self._wake.enqueue(project_id)
        except MailboxUnavailable as error:
            log.warning("no drain was queued, the sweeper will: %s (project %s)", error, project_id)
        except Exception:
            log.exception("no drain was queued, the sweeper will (project %s)", project_id)


def _refuse(letters: Sequence[_Letter] | deque[_Letter], error: MailboxUnavailable) -> None:
    for letter in letters:
        if not letter.answer.done():
            letter.answer.set_exception(error)


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
