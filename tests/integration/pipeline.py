"""The real pipeline in pieces that a test puts together: acceptance, drains, ledger."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis
from sqlalchemy import select

from models.database import Database, Transient
from models.operations import to_payload
from models.queries.operations import find_receipt
from models.store import ledger
from models.store.ledger import OPERATIONS, lock_mailbox
from tests.integration.unmetered import uncounted, unmetered
from tests.model.asking import asked_for
from tests.model.comparing import expect_same, expected, told
from tests.model.projects import store_project
from tests.model.scenario import Scenario, Step
from tests.model.state import Json
from tests.model.stored import stored_snapshot
from workers.apply import apply_batch, dead_letter
from workers.drain import Drain
from workers.drain_terms import DrainLimits, Storage
from workers.mailbox.answers import Accepted
from workers.mailbox.collect import Mailbox
from workers.mailbox.connection import connect, connect_async
from workers.mailbox.envelope import Envelope, encode, read_entry
from workers.mailbox.layout import LANES, READY, Lane, stream_key
from workers.mailbox.post import Post, PostLimits, new_nonce
from workers.mailbox.wake import Wake, WakeTimes
from workers.stop import Stop

REDIS_TIMEOUT_S = 5.0
# Short, so that what a crash left behind is woken soon.
WAKE_TIMES = WakeTimes(queued_s=0.5, running_s=0.5)
POST_LIMITS = PostLimits(
    mailbox_max_entries=10_000,
    mailbox_max_bytes=100_000_000,
    idempotency_hint_s=60,
    wake_queued_s=WAKE_TIMES.queued_s,
)
SMALL_BATCHES = DrainLimits(batch_size=3, bulk_batch_size=2, slice_s=60.0, max_s=60.0, linger_s=0.0)
_numbers = itertools.count()


class Crash(BaseException):
    """The process ends here: nothing of the drain catches it."""


class CrashAt:
    """A probe that ends the drain when it passes `point` for the n-th time."""

    def __init__(self, point: str, times: int = 1) -> None:
        self.point = point
        self.times_left = times

    def __call__(self, point: str) -> None:
        self.times_left -= point == self.point
        if self.times_left == 0:
            raise Crash


@dataclass(frozen=True)
class Taken:
    """A step in the mailbox, with the id and the time that acceptance gave it."""

    step: Step
    body: Json
    operation_id: str
    accepted_at_ms: int
    lane: Lane = "live"


class Pipeline:
    """One project on a real Redis and a real database, its scenario, and what was accepted."""

    def __init__(self, redis_url: str, database_url: str, scenario: Scenario) -> None:
        self.redis_url = redis_url
        self.database_url = database_url
        self.scenario = scenario
        self.project_id = f"proj_{next(_numbers)}"
        self.database = Database(database_url)
        self.redis: Redis = connect(redis_url, REDIS_TIMEOUT_S)
        self.wake = Wake(self.redis, WAKE_TIMES)
        self.mailbox = Mailbox(self.redis, self.wake, uncounted())
        self.taken: list[Taken] = []
        with self.database.transaction() as connection:
            store_project(connection, self.project_id, scenario)

    # -- acceptance --------------------------------------------------------------------------

    def accept(self, steps: Sequence[Step], lane: Lane = "live") -> None:
        """Take these steps into the mailbox, one after the other, as the edge does."""
        asyncio.run(self._accept(steps, lane))

    async def _accept(self, steps: Sequence[Step], lane: Lane) -> None:
        redis = connect_async(self.redis_url, REDIS_TIMEOUT_S)
        post = Post(redis, POST_LIMITS, uncounted())
        for step in steps:
            body = step.body_with([earlier.operation_id for earlier in self.taken])
            sent = envelope(step.operation_type, body)
            (answer,) = await post.accept_many(self.project_id, [sent], lane)
            assert isinstance(answer, Accepted)
            self.taken.append(Taken(step, body, answer.operation_id, answer.accepted_at_ms, lane))
        await post.aclose()
        await redis.aclose()

    def put_raw(self, raw: bytes, lane: Lane = "live") -> str:
        """Put an entry into the mailbox past the edge; return its operation id."""
        entry_id: Any = self.redis.xadd(stream_key(self.project_id, lane), {"e": raw})
        self.redis.zadd(READY, {self.project_id: int(entry_id.partition(b"-")[0])}, nx=True)
        return read_entry(entry_id.decode(), {b"e": raw}).operation_id

    # -- drains ------------------------------------------------------------------------------

    def drain(
        self,
        limits: DrainLimits = SMALL_BATCHES,
        *,
        probe: Callable[[str], None] = lambda _: None,
        database: Database | None = None,
    ) -> Drain:
        """A drain as a worker runs it."""
        storage: Storage[Any] = Storage(
            (database or self.database).transaction,
            lock_mailbox,
            apply_batch,
            dead_letter,
            (Transient,),
        )
        return Drain(
            storage, self.mailbox, self.wake, limits, Stop(), meter=unmetered(), probe=probe
        )

    def left(self) -> int:
        """How many entries wait in the mailbox."""
        return self.mailbox.length(self.project_id)

    # -- what came of it ---------------------------------------------------------------------

    def ledger_ids(self) -> list[str]:
        """The ids of the applied operations, in the order in which they were applied."""
        wanted = select(OPERATIONS.c.id).where(OPERATIONS.c.project_id == self.project_id)
        with self.database.reading() as connection:
            return list(connection.scalars(wanted.order_by(OPERATIONS.c.sequence)))

    def receipt(self, operation_id: str) -> Json:
        """What the ledger says of an operation, which must be there."""
        with self.database.reading() as connection:
            found = find_receipt(connection, self.project_id, operation_id)
        assert found is not None
        return dict(found)

    def dead_letters(self) -> dict[str, str]:
        """Reason by operation id."""
        table = ledger.DEAD_LETTERS.c
        wanted = select(table.operation_id, table.reason)
        with self.database.reading() as connection:
            rows = connection.execute(wanted.where(table.project_id == self.project_id))
            return {row.operation_id: row.reason for row in rows}

    def expect_all_applied_once_in_order(self, *, beside: Sequence[str] = ()) -> None:
        """Everything accepted is as the sequential model says; `beside` are no steps of it.

        The order is that of acceptance in each lane; between the lanes it is the ledger's.
        """
        assert self.left() == 0
        applied = [each for each in self.ledger_ids() if each not in beside]
        taken = {one.operation_id: one for one in self.taken}
        for lane in LANES:
            in_lane = [one.operation_id for one in self.taken if one.lane == lane]
            assert [each for each in applied if taken[each].lane == lane] == in_lane
        if not any(one.lane == "bulk" for one in self.taken):
            assert self.ledger_ids() == sorted([*taken, *beside])
        model = self.scenario.model()
        for one in (taken[each] for each in applied):
            result = model.apply(
                one.step.operation_type,
                one.body,
                operation_id=one.operation_id,
                accepted_at_ms=one.accepted_at_ms,
            )
            assert told(self.receipt(one.operation_id)) == expected(result), one
        with self.database.reading() as connection:
            stored = stored_snapshot(connection, self.project_id)
        expect_same(stored, model.snapshot())

    def close(self) -> None:
        """Close what was opened."""
        self.redis.close()
        self.database.close()


def envelope(operation_type: str, body: Json) -> Envelope:
    """What the edge makes of a valid body of a secret caller."""
    return raw_envelope(operation_type, to_payload(asked_for(operation_type, body)))


def raw_envelope(operation_type: str, payload: Json) -> Envelope:
    """An envelope around any payload."""
    return Envelope(new_nonce(), operation_type, "secret", payload, "")


def encoded(operation_type: str, payload: Json) -> bytes:
    """An envelope around any payload, as it lies in the mailbox."""
    return encode(raw_envelope(operation_type, payload))


OpenPipeline = Callable[[Scenario], Pipeline]
