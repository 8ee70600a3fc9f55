"""Operations of the past: accepted under old ids and applied at old times, by the real drain."""

import time
from dataclasses import replace
from typing import Any

from redis import Redis
from sqlalchemy import delete, select

from models.database import Database, Transient
from models.operations import to_payload, validate
from models.retention import DAY_MS, Retention
from models.store.columns import table_of
from models.store.ledger import OPERATIONS, lock_mailbox
from models.tables import DeadLetterTable
from tests.integration.mailbox.world import NO_LINGER, TIMEOUT_S, TIMES, envelope
from tests.integration.store.projects import PROJECT, make_project
from tests.integration.unmetered import uncounted, unmetered
from workers.apply import apply_batch, dead_letter
from workers.drain import Drain
from workers.drain_terms import Clock, Storage
from workers.mailbox.collect import Mailbox
from workers.mailbox.connection import connect
from workers.mailbox.envelope import encode
from workers.mailbox.horizon import Horizon
from workers.mailbox.layout import Lane, mailbox_key, stream_key
from workers.mailbox.operation_ids import operation_id
from workers.mailbox.wake import Wake
from workers.prune import prune_now
from workers.prune_pass import Pruned, PruneLimits, PruneMeans, PrunePass
from workers.prune_turn import PruneTurn
from workers.stop import Stop

_LETTERS = table_of(DeadLetterTable)
RETENTION = Retention(receipt_days=30, key_days=7, dead_letter_days=90)
AT_ONCE = PruneLimits(batch_size=3, pause_s=0.0)


class Past:
    """One project on a real Redis and a real database, in which time is told in days ago."""

    def __init__(self, redis_url: str, database_url: str) -> None:
        self.database = Database(database_url)
        self.redis: Redis = connect(redis_url, TIMEOUT_S)
        self.wake = Wake(self.redis, TIMES)
        self.now_ms = time.time_ns() // 1_000_000
        self.stop = Stop()
        self._sequence = 0
        make_project(self.database)

    def ago_ms(self, days: float) -> int:
        return self.now_ms - round(days * DAY_MS)

    # -- what happened -----------------------------------------------------------------------

    def accept(
        self,
        days_ago: float,
        key: str | None = None,
        *,
        name: str = "seen",
        lane: Lane = "live",
        **fields: Any,
    ) -> str:
        """Puts an event into the mailbox as of then; returns its operation id.

        Later calls must be of later times.
        """
        operation, _ = validate("track", {"visitor_id": "v1", "name": name})
        payload = to_payload(operation)
        told = {"payload": payload, "idempotency_key": key, "fingerprint": name, **fields}
        sent = envelope(**told)
        self._sequence += 1
        entry_id = f"{self.ago_ms(days_ago)}-{self._sequence}"
        self.redis.xadd(stream_key(PROJECT, lane), {"e": encode(sent)}, id=entry_id)
        return operation_id(entry_id, sent.nonce)

    def accept_broken(self, days_ago: float) -> str:
        """Puts an entry into the mailbox that is no envelope, and will be set aside."""
        self._sequence += 1
        entry_id = f"{self.ago_ms(days_ago)}-{self._sequence}"
        self.redis.xadd(mailbox_key(PROJECT), {"e": b"{}"}, id=entry_id)
        return operation_id(entry_id, "0" * 14)

    def drain(self, days_ago: float = 0, probe: Any = None, batch_size: int = 3) -> None:
        """Applies what waits, as of then."""
        storage: Storage[Any] = Storage(
            self.database.transaction, lock_mailbox, apply_batch, dead_letter, (Transient,)
        )
        Drain(
            storage,
            Mailbox(self.redis, self.wake, uncounted()),
            self.wake,
            replace(NO_LINGER, batch_size=batch_size),
            self.stop,
            meter=unmetered(),
            clock=Clock(wall_ms=lambda: self.ago_ms(days_ago)),
            **({} if probe is None else {"probe": probe}),
        ).run(PROJECT)

    def settle(self, days_ago: float, key: str | None = None, **fields: Any) -> str:
        """An event that was accepted and applied then."""
        made = self.accept(days_ago, key, **fields)
        self.drain(days_ago)
        return made

    # -- pruning -----------------------------------------------------------------------------

    def means(
        self,
        retention: Retention = RETENTION,
        limits: PruneLimits = AT_ONCE,
        days_ago: float = 0,
    ) -> PruneMeans:
        redis = self.redis
        horizon = Horizon(redis, wall_ms=lambda: self.ago_ms(days_ago))
        return PruneMeans(self.database, horizon, PruneTurn(redis), retention, limits, self.stop)

    def prune(
        self,
        retention: Retention = RETENTION,
        limits: PruneLimits = AT_ONCE,
        *,
        days_ago: float = 0,
        dry: bool = False,
    ) -> Pruned | None:
        """One pass, as of then."""
        means = self.means(retention, limits, days_ago)
        return prune_now(PrunePass(means, dry=dry), means.turn)

    # -- what is left ------------------------------------------------------------------------

    def receipts(self) -> dict[str, str | None]:
        """Idempotency key by operation id."""
        wanted = select(OPERATIONS.c.id, OPERATIONS.c.idempotency_key).order_by(OPERATIONS.c.id)
        with self.database.reading() as connection:
            return {row.id: row.idempotency_key for row in connection.execute(wanted)}

    def replay_of(self, made: str) -> str | None:
        """The operation that this one repeated."""
        wanted = select(OPERATIONS.c.replay_of).where(OPERATIONS.c.id == made)
        with self.database.reading() as connection:
            first: str | None = connection.scalars(wanted).one()
        return first

    def letters(self) -> list[str]:
        with self.database.reading() as connection:
            return list(connection.scalars(select(_LETTERS.c.operation_id)))

    def forget_all(self) -> None:
        """Begins anew: nothing was ever accepted."""
        self.redis.flushall()
        with self.database.transaction() as connection:
            for table in (OPERATIONS, _LETTERS):
                connection.execute(delete(table))

    def close(self) -> None:
        self.redis.close()
        self.database.close()
