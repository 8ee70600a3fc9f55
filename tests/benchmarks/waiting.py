"""How long one caller waits for the outcome of an identify when nothing else is going on."""

from tests.benchmarks.figures import Figure, Target, at_most
from tests.benchmarks.load import Load, Measured, run_load
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.process_usage import peak_memory_mb
from tests.benchmarks.stand import DATABASE_KINDS, PROJECT_ID, DatabaseKind, Stand, stand

CALLS = 1_000
WOKEN_CALLS = 200
WARM_UP_CALLS = 100
# Long enough for RQ to be done with the last job and to wait for the next.
GAP_S = 0.05
NO_TARGETS: dict[str, Target] = {}
TARGETS = {"median": at_most(6), "p99": at_most(15)}


def run(plan: Plan) -> list[Figure]:
    """Measure on both databases: with a drain that lingers, and with one that must be woken."""
    return [figure for kind in DATABASE_KINDS for figure in _on(kind, plan)]


def _on(kind: DatabaseKind, plan: Plan) -> list[Figure]:
    targets = TARGETS if kind == "postgresql" else NO_TARGETS
    with stand(kind) as ground:
        web = ground.services.start_web()
        port = int(web.url.rpartition(":")[2])
        worker = ground.services.start_worker()
        _measure(ground, port, 1_000_000, WARM_UP_CALLS)
        lingering = _measure(ground, port, 0, plan.scaled(CALLS))
        worker.stop()
        ground.services.start_worker(linger_s=0)
        _measure(ground, port, 2_000_000, WARM_UP_CALLS // 4, GAP_S)
        woken = _measure(ground, port, 3_000_000, plan.scaled(WOKEN_CALLS), GAP_S)
        memory_mb = peak_memory_mb(web.pid)
    say(f"waiting: {kind} {lingering.median_ms:.1f} ms, woken {woken.median_ms:.1f} ms")
    return [
        *_figures(f"waiting on {kind}", lingering, targets),
        *_figures(f"waiting on {kind}, drain to be woken", woken, targets),
        Figure(f"waiting: memory of the edge on {kind}", memory_mb, "MB", at_most(120)),
    ]


def _measure(ground: Stand, port: int, first: int, calls: int, gap_s: float = 0.0) -> Measured:
    measured = run_load(
        Load(
            port=port,
            path="/api/widget/identify",
            project_id=PROJECT_ID,
            kind="identify",
            first=first,
            limit=calls,
            gap_s=gap_s,
        )
    )
    if set(measured.statuses) != {"200"}:
        raise RuntimeError(f"not every call was applied in time: {measured.statuses}")
    return measured


def _figures(name: str, measured: Measured, targets: dict[str, Target]) -> list[Figure]:
    values = {"median": measured.median_ms, "p95": measured.p95_ms, "p99": measured.p99_ms}
    return [
        Figure(f"{name}, {which}", value, "ms", targets.get(which))
        for which, value in values.items()
    ]
