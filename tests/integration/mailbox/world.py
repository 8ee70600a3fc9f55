"""What the mailbox's tests share: envelopes, an edge's and a worker's half, and a small ledger."""

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from redis import Redis

from tests.integration.unmetered import uncounted, unmetered
from workers.drain import Drain
from workers.drain_terms import Clock, DrainLimits, Storage
from workers.mailbox.collect import Mailbox
from workers.mailbox.connection import connect
from workers.mailbox.envelope import Envelope, QueuedOperation, encode
from workers.mailbox.layout import BELLS, READY, Lane, stream_key
from workers.mailbox.post import PostLimits, new_nonce
from workers.mailbox.wake import Wake, WakeTimes
from workers.round_terms import Applying, Batch, RoundStorage
from workers.stop import Stop

TIMEOUT_S = 5.0
TIMES = WakeTimes(queued_s=30.0, running_s=30.0)
LIMITS = PostLimits(
    mailbox_max_entries=10_000,
    mailbox_max_bytes=10_000_000,
    idempotency_hint_s=60,
    wake_queued_s=30.0,
)
NO_LINGER = DrainLimits(batch_size=500, slice_s=60.0, max_s=60.0, linger_s=0.0)
_numbers = itertools.count()


def envelope(name: str = "", **fields: Any) -> Envelope:
    """An envelope whose payload carries `name`, so that a test can tell it from others."""
    given: dict[str, Any] = {
        "nonce": new_nonce(),
        "type": "track",
        "caller": "publishable",
        "payload": {"name": name or f"n{next(_numbers)}"},
        "fingerprint": "f" * 8,
    }
    return Envelope(**{**given, **fields})


async def let_others_run(turns: int = 1) -> None:
    """Gives the event loop's other tasks their turn."""
    for _ in range(turns):
        await asyncio.sleep(0)


class Busy(Exception):
    """The storage double's transient error."""


class Crash(BaseException):
    """The process ends here: nothing of the drain catches it."""


@dataclass(frozen=True)
class Told:
    """What the storage double settles."""

    nonce: str
    reply_to: str | None
    record: dict[str, Any]


class Ledger:
    """A database in memory: a lock for all projects, transactions that commit whole or not at all.

    Of the projects in `busy` another drain has the lock; those `in_need` a round cannot settle.

    `before_apply` may raise for a batch. `applied` holds the names in the order they were applied.
    """

    def __init__(self) -> None:
        self.applied: list[str] = []
        self.known: set[str] = set()
        self.dead: list[str] = []
        self.batches: list[int] = []
        self.lock = threading.Lock()
        self.busy: set[str] = set()
        self.in_need: set[str] = set()
        self.commits = 0
        self.before_apply: Callable[[Sequence[QueuedOperation]], None] = lambda _: None
        self.before_dead_letter: Callable[[], None] = lambda: None

    def storage(self) -> Storage["Transaction"]:
        return Storage(
            self.transaction, self.lock_mailbox, self.apply_batch, self.dead_letter, (Busy,)
        )

    def round_storage(self) -> RoundStorage["Transaction"]:
        return RoundStorage(self.transaction, self.lock_mailboxes, self.apply_round, (Busy,))

    @contextmanager
    def transaction(self) -> Iterator["Transaction"]:
        transaction = Transaction()
        try:
            yield transaction
            self.applied += transaction.applied
            self.dead += transaction.dead
            self.known |= transaction.known
            self.commits += 1
        finally:
            if transaction.has_lock:
                self.lock.release()

    def lock_mailbox(self, transaction: "Transaction", project_id: str) -> bool:
        transaction.has_lock = transaction.has_lock or self.lock.acquire(blocking=False)
        return transaction.has_lock and project_id not in self.busy

    def lock_mailboxes(
        self, transaction: "Transaction", project_ids: Sequence[str]
    ) -> Sequence[str]:
        return [each for each in project_ids if self.lock_mailbox(transaction, each)]

    def apply_round(
        self,
        transaction: "Transaction",
        batches: Mapping[str, Batch],
        applied_at_ms: int,
        applying: Applying,
    ) -> dict[str, list[Told]]:
        settled = {}
        for project_id, batch in batches.items():
            if project_id in self.in_need:
                continue
            with applying(project_id, batch):
                settled[project_id] = self.apply_batch(
                    transaction, project_id, batch, applied_at_ms
                )
        return settled

    def apply_batch(
        self, transaction: "Transaction", _: str, batch: Sequence[QueuedOperation], __: int
    ) -> list[Told]:
        assert transaction.has_lock
        self.batches.append(len(batch))
        self.before_apply(batch)
        for queued in batch:
            if queued.operation_id not in self.known:
                transaction.known.add(queued.operation_id)
                transaction.applied.append(_name(queued))
        return [_told(queued, "applied") for queued in batch]

    def dead_letter(
        self,
        transaction: "Transaction",
        _: str,
        queued: QueuedOperation,
        __: BaseException,
        ___: int,
    ) -> Told:
        self.before_dead_letter()
        transaction.dead.append(_name(queued))
        transaction.known.add(queued.operation_id)
        return _told(queued, "failed")


@dataclass
class Transaction:
    has_lock: bool = False
    applied: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)


def _name(queued: QueuedOperation) -> str:
    return str(queued.envelope.payload.get("name", queued.fault))


def _told(queued: QueuedOperation, status: str) -> Told:
    record = {
        "operation_id": queued.operation_id,
        "type": queued.envelope.type,
        "status": status,
        "accepted_at_ms": queued.accepted_at_ms,
        "applied_at_ms": queued.accepted_at_ms,
    }
    return Told(queued.envelope.nonce, queued.envelope.reply_to, record)


class World:
    """A worker's half of the mailbox on a real Redis, and a ledger in memory."""

    def __init__(self, url: str) -> None:
        self.redis: Redis = connect(url, TIMEOUT_S)
        self.wake = Wake(self.redis, TIMES)
        self.mailbox = Mailbox(self.redis, self.wake, uncounted())
        self.ledger = Ledger()
        self.stop = Stop()

    def drain(
        self,
        limits: DrainLimits = NO_LINGER,
        *,
        probe: Callable[[str], None] = lambda _: None,
        clock: Clock | None = None,
    ) -> Drain:
        storage = self.ledger.storage()
        return Drain(
            storage,
            self.mailbox,
            self.wake,
            limits,
            self.stop,
            meter=unmetered(),
            clock=clock,
            probe=probe,
        )

    def put(self, *names: str, project: str = "p", lane: Lane = "live", **fields: Any) -> list[str]:
        """Puts entries into the mailbox as the accept script would, without waking anybody."""
        raws = [encode(envelope(name, **fields)) for name in names]
        return [self.put_raw(raw, project, lane) for raw in raws]

    def put_raw(self, raw: bytes, project: str = "p", lane: Lane = "live") -> str:
        entry_id: Any = self.redis.xadd(stream_key(project, lane), {"e": raw})
        self.redis.zadd(READY, {project: int(entry_id.partition(b"-")[0])}, nx=True)
        return str(entry_id.decode())

    def left(self, project: str = "p") -> int:
        return self.mailbox.length(project)

    def has_token(self, project: str = "p") -> bool:
        return bool(self.redis.exists(f"wake:{project}"))

    def ring(self) -> None:
        self.redis.xadd(BELLS, {"p": "other"}, maxlen=1)

    def close(self) -> None:
        self.redis.close()
