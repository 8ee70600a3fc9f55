"""Whether one worker slows down when the same operations belong to many projects."""

from tests.benchmarks.bodies import identify
from tests.benchmarks.figures import Figure
from tests.benchmarks.full_mailbox import Operations
from tests.benchmarks.plan import Plan
from tests.benchmarks.points import Point, in_turns
from tests.benchmarks.stand import DATABASE_KINDS, DatabaseKind, stand

PROJECTS = (1, 10, 100, 500)
QUICK_PROJECTS = (1, 100)
FILL = 10_000


def run(plan: Plan) -> list[Figure]:
    """Measure on both databases."""
    return [figure for kind in DATABASE_KINDS for figure in _on(kind, plan)]


def _on(kind: DatabaseKind, plan: Plan) -> list[Figure]:
    figures: list[Figure] = []
    for count in QUICK_PROJECTS if plan.quick else PROJECTS:
        with stand(kind, count) as ground:
            point = Point(f"projects: {kind}, {count}", ground, _operations, projects=count)
            in_turns([point], plan.rounds, plan.scaled(FILL), plan)
            figures += point.figures()
    return figures


def _operations(turn: int, count: int) -> Operations:
    first = turn * 1_000_000
    return [("identify", identify(first + n)) for n in range(count)]
