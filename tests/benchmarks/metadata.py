"""What the size of metadata costs, up to what one request may bring (contract §3)."""

from collections.abc import Callable

from tests.benchmarks.bodies import identify, with_metadata
from tests.benchmarks.figures import Figure
from tests.benchmarks.full_mailbox import Operations
from tests.benchmarks.plan import Plan
from tests.benchmarks.points import Point, in_turns
from tests.benchmarks.stand import DATABASE_KINDS, DatabaseKind, stand

SIZES_BYTES = (100, 1_000, 8_000, 30_000)
QUICK_SIZES_BYTES = (100, 8_000)
FILL = 3_000


def run(plan: Plan) -> list[Figure]:
    """Measure on both databases."""
    return [figure for kind in DATABASE_KINDS for figure in _on(kind, plan)]


def _on(kind: DatabaseKind, plan: Plan) -> list[Figure]:
    figures: list[Figure] = []
    for size_bytes in QUICK_SIZES_BYTES if plan.quick else SIZES_BYTES:
        with stand(kind) as ground:
            name = f"metadata: {kind}, {size_bytes:,} bytes"
            point = Point(name, ground, _operations(size_bytes), metadata_bytes=size_bytes)
            in_turns([point], plan.rounds, plan.scaled(FILL), plan)
            figures += point.figures()
    return figures


def _operations(size_bytes: int) -> Callable[[int, int], Operations]:
    def made(turn: int, count: int) -> Operations:
        first = turn * 1_000_000
        bodies = [with_metadata(identify(first + n), size_bytes) for n in range(count)]
        return [("identify", body) for body in bodies]

    return made
