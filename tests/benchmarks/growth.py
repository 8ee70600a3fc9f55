"""Whether anything slows down when many contacts are stored.

Databases of all sizes are measured in turns, so that a machine's mood meets each. Half of the
operations that are drained bring new people, half change stored ones, anywhere in the tables; the
callers change stored ones only.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median

from sqlalchemy import text

from models.store.ledger import lock_mailbox
from tests.benchmarks.bodies import identify, identify_again
from tests.benchmarks.figures import Figure, at_least
from tests.benchmarks.full_mailbox import Operations, envelope
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.points import Point, in_turns
from tests.benchmarks.stand import DATABASE_KINDS, PROJECT_ID, DatabaseKind, Stand, stand
from workers.apply import apply_batch
from workers.mailbox.envelope import QueuedOperation
from workers.mailbox.operation_ids import operation_id

CONTACTS = (1_000, 10_000, 100_000, 1_000_000)
QUICK_CONTACTS = (1_000, 10_000)
SLOWER = {100_000: at_least(0.85)}
"""What is to be left of the speed with the fewest contacts."""
FILL = 2_000
TURNS = 7
BATCH = 2_000


def run(plan: Plan) -> list[Figure]:
    """Measure on both databases."""
    return [figure for kind in DATABASE_KINDS for figure in _on(kind, plan)]


def _on(kind: DatabaseKind, plan: Plan) -> list[Figure]:
    points: dict[int, Point] = {}
    with ExitStack() as stack:
        for stored in QUICK_CONTACTS if plan.quick else CONTACTS:
            ground = stack.enter_context(stand(kind))
            _store(ground, stored)
            say(f"growth: {kind} holds {stored:,} contacts")
            name = f"growth: {kind}, {stored:,} contacts"
            points[stored] = Point(name, ground, _operations(stored), known=stored)
        in_turns(list(points.values()), TURNS, FILL, plan)
        figures = [figure for point in points.values() for figure in point.figures()]
    fewest, *more = points
    return figures + [_left(kind, points[fewest], points[stored], stored) for stored in more]


def _left(kind: DatabaseKind, few: Point, many: Point, stored: int) -> Figure:
    ratios = [large / small for small, large in zip(few.rates, many.rates, strict=True)]
    name = f"growth: {kind}, {stored:,} / {CONTACTS[0]:,} contacts"
    return Figure(name, median(ratios), "times", SLOWER.get(stored), ratios)


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


def _operations(stored: int) -> Callable[[int, int], Operations]:
    def made(turn: int, count: int) -> Operations:
        first = 10_000_000 + turn * 1_000_000
        numbers = range(first, first + count // 2)
        bodies = [body for n in numbers for body in (identify(n), identify_again(n, stored))]
        return [("identify", body) for body in bodies]

    return made
