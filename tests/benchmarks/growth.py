"""Whether draining slows down when many contacts are stored.

A small and a large database are measured in turns, so that a machine's mood meets both. Half of
the operations bring new people, half change stored ones, anywhere in the tables.
"""

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

from sqlalchemy import text

from models.store.ledger import lock_mailbox
from tests.benchmarks.bodies import identify, identify_again
from tests.benchmarks.figures import Figure, at_least
from tests.benchmarks.full_mailbox import Operations, drained_per_s, envelope
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.stand import DATABASE_KINDS, PROJECT_ID, DatabaseKind, Stand, stand
from tests.services.processes import ServiceProcess
from workers.apply import apply_batch
from workers.mailbox.layout import QueuedOperation, operation_id

FEW = 1_000
MANY = 100_000
FILL = 2_000
TURNS = 5
BATCH = 2_000
# A prime: picks spread over the stored people.
STRIDE = 7_919


@dataclass(slots=True)
class _Side:
    ground: Stand
    worker: ServiceProcess
    stored: int
    rates: list[float] = field(default_factory=list)


def run(plan: Plan) -> list[Figure]:
    """Measure on both databases."""
    return [figure for kind in DATABASE_KINDS for figure in _on(kind, plan)]


def _on(kind: DatabaseKind, plan: Plan) -> list[Figure]:
    with ExitStack() as stack:
        few, many = (
            _side(stack.enter_context(stand(kind)), count) for count in (FEW, plan.scaled(MANY))
        )
        for side in (few, many):
            # The first batches of a worker plan and connect.
            drained_per_s(side.ground, side.worker, _operations(side.stored, -1, 500))
        for turn in range(TURNS):
            for side in (few, many) if turn % 2 else (many, few):
                operations = _operations(side.stored, turn, FILL)
                side.rates.append(drained_per_s(side.ground, side.worker, operations))
            say(f"growth: {kind} {few.rates[-1]:,.0f}/s and {many.rates[-1]:,.0f}/s")
    ratios = [large / small for small, large in zip(few.rates, many.rates, strict=True)]
    return [
        Figure(
            f"growth: {kind}, {side.stored:,} contacts", median(side.rates), "/s", None, side.rates
        )
        for side in (few, many)
    ] + [Figure(f"growth: {kind}, many / few", median(ratios), "times", at_least(0.85), ratios)]


def _side(ground: Stand, stored: int) -> _Side:
    _store(ground, stored)
    return _Side(ground, ground.services.start_worker(), stored)


def _store(ground: Stand, count: int) -> None:
    """Apply `count` identifies, as a drain would, and let the database tidy up after it."""
    database = ground.database
    for first in range(0, count, BATCH):
        now_ms = time.time_ns() // 1_000_000
        numbers = range(first, min(first + BATCH, count))
        batch = [_queued(f"{now_ms}-{n}", n, now_ms) for n in numbers]
        with database.transaction() as connection:
            lock_mailbox(connection, PROJECT_ID)
            apply_batch(connection, PROJECT_ID, batch, now_ms)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in _tidying(database.is_postgresql):
            connection.execute(text(statement))
    database.close()


def _tidying(is_postgresql: bool) -> tuple[str, ...]:
    return ("VACUUM ANALYZE", "CHECKPOINT") if is_postgresql else ()


def _queued(entry_id: str, n: int, now_ms: int) -> QueuedOperation:
    sent = envelope("identify", identify(n))
    return QueuedOperation(entry_id, operation_id(entry_id, sent.nonce), now_ms, sent, 0)


def _operations(stored: int, turn: int, count: int) -> Operations:
    first = 10_000_000 + turn * 1_000_000
    return [
        ("identify", identify_again(n * STRIDE % stored) if n % 2 else identify(first + n))
        for n in range(count)
    ]
