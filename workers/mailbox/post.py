"""The edge's half: entries on their way into the mailbox, and back as receipts."""

import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from workers.mailbox import layout
from workers.mailbox.answers import Answer, read_answer
from workers.mailbox.buckets import Allowance, Bucket, TripBuckets
from workers.mailbox.connection import translated, unavailable
from workers.mailbox.drain_job import QUEUE_KEY, QUEUES_KEY, job_key, new_job_id, stored_job
from workers.mailbox.envelope import Envelope, QueuedOperation, encode, read_entry
from workers.mailbox.layout import Lane
from workers.mailbox.line import InTurn, at_once
from workers.mailbox.metrics import RedisMeter
from workers.mailbox.operation_ids import NONCE_BYTES, parse_operation_id
from workers.mailbox.round_trips import Letter, RoundTrips, refuse
from workers.mailbox.script import script
from workers.mailbox.seldom import Seldom

log = logging.getLogger(__name__)

_ACCEPT = script("accept")

_Bundle = tuple[str, Lane]


@dataclass(frozen=True, slots=True)
class PostLimits:
    """A mailbox's caps, both lanes together, and how long a hint and a queued wake token last.

    Of the caps bulk operations fill at most `bulk_share`: the rest is kept for live ones.
    """

    mailbox_max_entries: int
    mailbox_max_bytes: int
    idempotency_hint_s: int
    wake_queued_s: float
    bulk_share: float = 1.0

    def caps(self, lane: Lane) -> tuple[int, int]:
        """Entries and bytes that the mailbox may hold when an operation of this lane comes."""
        share = self.bulk_share if lane == "bulk" else 1.0
        return int(self.mailbox_max_entries * share), int(self.mailbox_max_bytes * share)


def new_nonce() -> str:
    """56 random bits as 14 hex digits."""
    return secrets.token_hex(NONCE_BYTES)


class Post:
    """Takes entries into the mailboxes. One for each edge process, used by its event loop."""

    def __init__(
        self,
        redis: Redis,
        limits: PostLimits,
        meter: RedisMeter,
        in_turn: InTurn = at_once,
    ) -> None:
        self._redis = redis
        self._limits = limits
        self._meter = meter
        self._in_turn = in_turn
        self._round_trips = RoundTrips(self._send, meter)
        self._warnings = Seldom()

    async def accept(
        self, project_id: str, envelope: Envelope, allowance: Allowance | None = None
    ) -> Answer:
        """Takes an operation into its project's mailbox; calls are served in order of arrival.

        It counts in the buckets of its allowance, which is told how full they are left.
        Raises MailboxUnavailable when Redis does not confirm it: then it may have been accepted
        or not. Raises ValueError for a payload that JSON cannot hold.
        """
        (answer,) = await self.accept_many(project_id, (envelope,), allowance=allowance)
        return answer

    async def accept_many(
        self,
        project_id: str,
        envelopes: Sequence[Envelope],
        lane: Lane = "live",
        allowance: Allowance | None = None,
    ) -> list[Answer]:
        """Takes operations in, in their order and in one call of the script; an answer for each.

        Those that do not fit are answered MailboxFull, those for which a bucket is empty
        RateLimited, whatever their place. Raises as `accept` does, for all of them.
        """
        raws = [encode(envelope) for envelope in envelopes]
        if allowance is None:
            allowance = Allowance([()] * len(raws))
        return await self._round_trips.deliver(project_id, lane, envelopes, raws, allowance)

    @property
    def wait_s(self) -> float:
        """How long a call that comes now is expected to wait for its way to Redis."""
        return self._round_trips.wait_s

    async def queued(self, project_id: str, operation_id: str) -> QueuedOperation | None:
        """The operation if it still waits in this project's mailbox. Raises MailboxUnavailable.

        Its id does not tell its lane, and both lanes may have an entry of its time and number.
        """
        parsed = parse_operation_id(operation_id)
        if parsed is None:
            return None
        entry_id, nonce = parsed
        with translated():
            async with self._redis.pipeline(transaction=False) as commands:
                for lane in layout.LANES:
                    commands.xrange(layout.stream_key(project_id, lane), entry_id, entry_id)
                found: Any = await commands.execute()
        for lane, entries in zip(layout.LANES, found, strict=True):
            for _, fields in entries:
                queued = read_entry(entry_id, fields, lane)
                if queued.envelope.nonce == nonce:
                    return queued
        return None

    async def aclose(self) -> None:
        """Waits for the entries under way. The client stays open."""
        await self._round_trips.aclose()

    async def _send(self, trip: Sequence[Letter]) -> None:
        bundles: dict[_Bundle, list[Letter]] = {}
        for letter in trip:
            bundles.setdefault((letter.project_id, letter.lane), []).append(letter)
        buckets = {bundle: TripBuckets() for bundle in bundles}
        pending = {
            bundle: self._call(*bundle, letters, buckets[bundle])
            for bundle, letters in bundles.items()
        }
        replies = await self._ask("EVALSHA", _ACCEPT.sha, pending)
        # After a restart Redis has forgotten the script: those calls did nothing.
        unknown = {b: pending[b] for b, r in replies.items() if isinstance(r, NoScriptError)}
        if unknown:
            replies |= await self._ask("EVAL", _ACCEPT.text, unknown)
        for bundle, reply in replies.items():
            self._deliver(*bundle, bundles[bundle], buckets[bundle], reply)

    async def _ask(
        self, command: str, script_name: str, calls: dict[_Bundle, list[Any]]
    ) -> dict[_Bundle, Any]:
        with translated():
            async with self._redis.pipeline(transaction=False) as commands:
                for arguments in calls.values():
                    commands.execute_command(command, script_name, *arguments)
                replies = await commands.execute(raise_on_error=False)
        return dict(zip(calls, replies, strict=True))

    def _call(
        self, project_id: str, lane: Lane, letters: Sequence[Letter], buckets: TripBuckets
    ) -> list[Any]:
        job_id = new_job_id(project_id)
        keys = [
            layout.stream_key(project_id, lane),
            layout.stream_key(project_id, layout.other_lane(lane)),
            layout.bytes_key(project_id),
            layout.wake_key(project_id),
            layout.READY,
            layout.BELLS,
            QUEUES_KEY,
            QUEUE_KEY,
            job_key(job_id),
        ]
        entries: list[Any] = []
        for envelope, counted, raw in _entries(letters):
            place = 0
            if envelope.idempotency_key is not None:
                keys.append(layout.hint_key(project_id, envelope.type, envelope.idempotency_key))
                place = len(keys)
            entries += (envelope.nonce, envelope.fingerprint, place, *buckets.places(counted), raw)
        return [
            len(keys),
            *keys,
            project_id,
            *self._limits.caps(lane),
            self._limits.idempotency_hint_s,
            round(self._limits.wake_queued_s * 1000),
            job_id,
            stored_job(project_id),
            *buckets.arguments(),
            *entries,
        ]

    def _deliver(
        self,
        project_id: str,
        lane: Lane,
        letters: Sequence[Letter],
        buckets: TripBuckets,
        reply: Any,
    ) -> None:
        if isinstance(reply, Exception):
            error = unavailable(reply)
            self._meter.failed(error)
            refuse(letters, error)
            return
        in_lane, in_other_lane, answers, debts_us, failures, unqueued = reply
        if failures:
            self._meter.limiter_failed(failures)
        if unqueued and self._warnings.is_due():
            log.warning("Redis took no job: mailboxes wait until the sweeper wakes a drain")
        # Live ones go first: they do not wait for what waits in the other lane.
        depth = in_lane if lane == "live" else in_lane + in_other_lane
        rest = iter(answers)
        for letter in letters:
            mine = islice(rest, len(letter.envelopes))
            pairs = zip(letter.envelopes, mine, strict=True)
            buckets.tell(letter.allowance, debts_us)
            told = [read_answer(each, answer.decode(), depth) for each, answer in pairs]
            self._in_turn(project_id, partial(letter.deliver, told))


def _entries(letters: Sequence[Letter]) -> Iterator[tuple[Envelope, Sequence[Bucket], bytes]]:
    for letter in letters:
        yield from zip(letter.envelopes, letter.allowance.buckets, letter.raws, strict=True)
