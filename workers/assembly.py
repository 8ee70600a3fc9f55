"""A drain as a worker process runs it."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from redis import Redis

from config.settings import Settings
from models.database import Database, NoAnswer, StatementTimeout, Transient
from models.store.ledger import lock_mailbox, lock_mailboxes
from workers.apply import apply_batch, dead_letter
from workers.apply_round import apply_round
from workers.drain import Drain
from workers.drain_metrics import DrainMetrics
from workers.drain_terms import LINGER_PIECE_S, Clock, DrainLimits, Guard, Storage, Unguarded
from workers.groundwork import Deciding, unlimited
from workers.mailbox.collect import Mailbox
from workers.mailbox.wake import Wake, WakeTimes
from workers.metrics import WorkerMetrics
from workers.round import Round
from workers.round_terms import RoundStorage
from workers.stop import Stop


@dataclass(frozen=True, slots=True)
class Manner:
    """In what the drains of one process differ: how they linger, and whether they are watched."""

    linger_s: float
    guard: Guard
    deciding: Deciding
    metrics: WorkerMetrics


def unwatched(linger_s: float, metrics: WorkerMetrics) -> Manner:
    """Of a drain that runs beside another one: a process has one timer and one slate."""
    return Manner(linger_s, Unguarded(), unlimited, metrics)


def assemble_drain(
    settings: Settings,
    database: Database,
    redis: Redis,
    stop: Stop,
    manner: Manner,
) -> Drain:
    """Puts a drain together from what the settings say."""
    wake = wake_of(settings, redis)
    limits = DrainLimits(
        batch_size=settings.drain_batch_size,
        shared_batch_size=settings.drain_shared_batch_size,
        little_batch_size=settings.drain_little_batch_size,
        bulk_batch_size=settings.bulk_batch_size,
        bulk_batch_s=settings.bulk_batch_s,
        slice_s=settings.drain_slice_s,
        max_s=settings.drain_max_s,
        linger_s=manner.linger_s,
        linger_piece_s=min(LINGER_PIECE_S, settings.redis_timeout_s / 2),
        poison_deaths=settings.poison_deaths,
        statement_timeout_s=settings.statement_timeout_s,
    )
    meter = DrainMetrics(manner.metrics)
    mailbox = Mailbox(redis, wake, manner.metrics.redis)
    storage = _storage(settings, database, manner, meter)
    return Drain(storage, mailbox, wake, limits, stop, guard=manner.guard, meter=meter)


def assemble_round(
    settings: Settings,
    database: Database,
    redis: Redis,
    drain: Drain,
    manner: Manner,
    *,
    rest_s: float = 0.0,
) -> Round:
    """Puts together what several projects share before each of them has the drain."""
    wake = wake_of(settings, redis)
    meter = DrainMetrics(manner.metrics)
    storage: RoundStorage[Any] = RoundStorage(
        partial(database.transaction, computing_s=settings.statement_timeout_s),
        lock_mailboxes,
        partial(apply_round, deciding=manner.deciding, lap=meter.lap),
        (Transient,),
    )
    return Round(
        storage,
        Mailbox(redis, wake, manner.metrics.redis),
        wake,
        clock=Clock(),
        guard=manner.guard,
        meter=meter,
        drain=drain,
        share=settings.drain_little_batch_size,
        rest_s=rest_s,
    )


def _storage(
    settings: Settings, database: Database, manner: Manner, meter: DrainMetrics
) -> Storage[Any]:
    return Storage(
        partial(database.transaction, computing_s=settings.statement_timeout_s),
        lock_mailbox,
        partial(apply_batch, deciding=manner.deciding, lap=meter.lap),
        dead_letter,
        (Transient,),
        (StatementTimeout,),
        (NoAnswer,),
    )


def wake_of(settings: Settings, redis: Redis) -> Wake:
    """The wake tokens as the settings time them."""
    return Wake(redis, WakeTimes(settings.wake_queued_s, settings.wake_running_s))
