"""One point of a curve: what the product reaches under one circumstance, and its memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.benchmarks.figures import Figure
from tests.benchmarks.full_mailbox import Operations, drained_per_s
from tests.benchmarks.load import Load, run_load
from tests.benchmarks.page_cache import warm
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.process_usage import largest_memory_mb
from tests.benchmarks.stand import PROJECT_ID, Stand
from tests.services.processes import ServiceProcess, WebProcess

CONNECTIONS = 64
DURATION_S = 5.0
WARM_UP_S = 1.0
FASTEST_RATE = 8_000
WARM_UP_OPERATIONS = 500


@dataclass(slots=True)
class Point:
    """An edge and a worker on a stand; `operations` makes those of a turn to be drained.

    `projects`, `metadata_bytes` and `known` are as in `Load`.
    """

    name: str
    ground: Stand
    operations: Callable[[int, int], Operations]
    projects: int = 1
    metadata_bytes: int = 0
    known: int = 0
    rates: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    web: WebProcess = field(init=False)
    worker: ServiceProcess = field(init=False)

    def __post_init__(self) -> None:
        self.web = self.ground.services.start_web()
        self.worker = self.ground.services.start_worker()
        # The first batches of a worker plan and connect.
        self._drain(99, WARM_UP_OPERATIONS)

    def measure(self, turn: int, count: int, plan: Plan) -> None:
        """Drain so many operations, then have callers wait for theirs for some seconds."""
        warm(self.ground)
        self.rates.append(self._drain(turn, count))
        duration_s = plan.scaled_s(DURATION_S)
        measured = run_load(
            Load(
                port=int(self.web.url.rpartition(":")[2]),
                path="/api/widget/identify",
                project_id=PROJECT_ID,
                kind="identify",
                projects=self.projects,
                metadata_bytes=self.metadata_bytes,
                known=self.known,
                first=100_000_000 + turn * 1_000_000,
                bodies=round(FASTEST_RATE * (duration_s + WARM_UP_S)),
                connections=CONNECTIONS,
                warm_up_s=WARM_UP_S,
                duration_s=duration_s,
            )
        )
        if not set(measured.statuses) <= {"200", "202"}:
            raise RuntimeError(f"{self.name} answered {measured.statuses}")
        self.whole.append(measured.rate)
        say(f"{self.name}: {self.rates[-1]:,.0f}/s, with callers {self.whole[-1]:,.0f}/s")

    def figures(self) -> list[Figure]:
        """Medians over the turns, and the most memory that was used."""
        return [
            Figure(f"{self.name}: drained", median(self.rates), "/s", None, self.rates),
            Figure(f"{self.name}: waiting callers", median(self.whole), "/s", None, self.whole),
            Figure(f"{self.name}: memory of the edge", largest_memory_mb(self.web.pid), "MB"),
            Figure(f"{self.name}: memory of the worker", largest_memory_mb(self.worker.pid), "MB"),
        ]

    def _drain(self, turn: int, count: int) -> float:
        operations = self.operations(turn, count)
        return drained_per_s(self.ground, self.worker, operations, self.projects)


def in_turns(points: Sequence[Point], turns: int, count: int, plan: Plan) -> None:
    """Measure all points in turns, forth and back, so that a machine's mood meets all of them."""
    for turn in range(turns):
        for point in points if turn % 2 == 0 else reversed(points):
            point.measure(turn, count, plan)
