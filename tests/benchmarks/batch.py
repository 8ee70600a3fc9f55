"""How many operations an edge accepts a second when they come in batches (contract §10)."""

from dataclasses import dataclass, field
from statistics import median

from models.provisioning.projects import CreatedProject
from tests.benchmarks.figures import Figure, at_least
from tests.benchmarks.load import Load, Measured, run_load
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.process_usage import cpu_s, peak_memory_mb
from tests.benchmarks.stand import PROJECT_ID, Stand, stand
from tests.services.processes import WebProcess

CONNECTIONS = 4
DURATION_S = 3.0
WARM_UP_S = 0.5
BATCHES = 20
"""Batches that are made beforehand and sent in turns."""
TARGET_RATE = 8_000


@dataclass(slots=True)
class _Way:
    """One way to send batches: its label, the load, and what was measured."""

    name: str
    path: str
    shape: str
    operations: int
    headers: tuple[str, ...]
    target: float | None = None
    rates: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    latencies_ms: list[float] = field(default_factory=list)
    generator_share: float = 0.0


def run(plan: Plan) -> list[Figure]:
    """Measure identify operations, each of a new person; nobody applies them meanwhile."""
    # The edge asks its database once in two seconds: which kind it is makes no difference.
    with stand("postgresql") as ground:
        # One address sends more here than it may.
        web = ground.services.start_web(project_rate_per_s=0, address_rate_per_s=0)
        ways = _ways(ground.keys)
        for turn in range(plan.rounds):
            for way in ways:
                _measure(ground, web, way, plan)
                say(f"batch: {way.name} {way.rates[-1]:,.0f}/s (round {turn + 1})")
        memory_mb = peak_memory_mb(web.pid)
    figures = [figure for way in ways for figure in _figures(way)]
    return [*figures, Figure("batch: memory", memory_mb, "MB")]


def _ways(keys: CreatedProject) -> list[_Way]:
    account = ("Prefer: respond-async", f"Authorization: Bearer {keys.secret_token}")
    widget = ("Prefer: respond-async", f"Authorization: Bearer {keys.publishable_key}")
    return [
        _Way("1,000 as JSON", "/api/batch", "json", 1000, account, TARGET_RATE),
        _Way(
            "1,000 as lines, bulk",
            "/api/batch?lane=bulk",
            "lines",
            1000,
            account,
            TARGET_RATE,
        ),
        _Way(
            "100 from a widget",
            "/api/widget/batch",
            "json",
            100,
            widget,
        ),
    ]


def _measure(ground: Stand, web: WebProcess, way: _Way, plan: Plan) -> None:
    ground.redis.flushall()
    before_s = cpu_s(web.pid)
    measured = run_load(
        Load(
            port=int(web.url.rpartition(":")[2]),
            path=way.path,
            project_id=PROJECT_ID,
            kind="identify",
            headers=way.headers,
            bodies=BATCHES,
            batch=way.operations,
            lines=way.shape == "lines",
            connections=CONNECTIONS,
            warm_up_s=WARM_UP_S,
            duration_s=1.0 if plan.quick else DURATION_S,
        )
    )
    if set(measured.statuses) != {"202"}:
        raise RuntimeError(f"{way.name} answered {measured.statuses}")
    _keep(way, measured, cpu_s(web.pid) - before_s)


def _keep(way: _Way, measured: Measured, spent_s: float) -> None:
    # The warm-up's batches count too: nearly as many a second.
    share = 1 + WARM_UP_S / (measured.answers / measured.rate)
    operations = measured.answers * share * way.operations
    way.rates.append(measured.rate * way.operations)
    way.cpu_us.append(1e6 * spent_s / operations)
    way.latencies_ms.append(measured.median_ms)
    way.generator_share = max(way.generator_share, measured.cpu_share)


def _figures(way: _Way) -> list[Figure]:
    target = None if way.target is None else at_least(way.target)
    return [
        Figure(f"batch: {way.name}, accepted", median(way.rates), "/s", target, way.rates),
        Figure("batch:   the edge's processor time an operation", median(way.cpu_us), "µs"),
        Figure("batch:   a batch's answer", median(way.latencies_ms), "ms"),
        Figure("batch:   generator's processor share, at most", way.generator_share, ""),
    ]
