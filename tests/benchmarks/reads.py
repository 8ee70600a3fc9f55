"""How many account reads one edge process answers a second with 100,000 contacts (contract §11)."""

from dataclasses import dataclass, field
from statistics import median

from tests.benchmarks.figures import Figure, at_least
from tests.benchmarks.load import Load, Measured, run_load
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.process_usage import cpu_s
from tests.benchmarks.stand import DATABASE_KINDS, DatabaseKind, stand
from tests.integration.store.many_rows import fill
from tests.services.processes import WebProcess

CONNECTIONS = 32
FEW_CONNECTIONS = 4
"""A search is bound by the database's processor; more callers would only wait."""
DURATION_S = 3.0
WARM_UP_S = 1.0
REQUESTS = 5_000
"""Requests that are made beforehand and sent in turns."""


@dataclass(slots=True)
class _Read:
    """A kind of read, and what was measured of it."""

    name: str
    kind: str
    target: float | None
    connections: int = CONNECTIONS
    measured: list[Measured] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)

    @property
    def rates(self) -> list[float]:
        return [each.rate for each in self.measured]


def run(plan: Plan) -> list[Figure]:
    """Measure on both databases."""
    return [figure for kind in DATABASE_KINDS for figure in _on(kind, plan)]


def _on(kind: DatabaseKind, plan: Plan) -> list[Figure]:
    reads = [
        _Read("a record", "record", 2_000),
        _Read("a page of 50", "page", 500),
        _Read("a search of all", "search", None, connections=FEW_CONNECTIONS),
    ]
    with stand(kind) as ground:
        database = ground.database
        project = fill(database)
        database.close()
        web = ground.services.start_web()
        for turn in range(plan.rounds):
            for read in reads:
                _measure(web, read, project.project_id, project.secret_token, plan)
                say(f"reads: {kind}, {read.name} {read.rates[-1]:,.0f}/s (round {turn + 1})")
    return [figure for read in reads for figure in _figures(kind, read)]


def _measure(web: WebProcess, read: _Read, project_id: str, key: str, plan: Plan) -> None:
    before_s = cpu_s(web.pid)
    measured = run_load(
        Load(
            port=int(web.url.rpartition(":")[2]),
            path="",
            project_id=project_id,
            kind=read.kind,
            headers=(f"Authorization: Bearer {key}",),
            bodies=REQUESTS,
            connections=read.connections,
            warm_up_s=WARM_UP_S,
            duration_s=1.0 if plan.quick else DURATION_S,
        )
    )
    if set(measured.statuses) != {"200"}:
        raise RuntimeError(f"{read.name} was answered {measured.statuses}")
    read.measured.append(measured)
    # The warm-up's requests count too: nearly as many a second.
    share = measured.answers * (1 + WARM_UP_S / (measured.answers / measured.rate))
    read.cpu_us.append(1e6 * (cpu_s(web.pid) - before_s) / share)


def _figures(kind: DatabaseKind, read: _Read) -> list[Figure]:
    target = None if read.target is None else at_least(read.target)
    latencies = [each.median_ms for each in read.measured]
    shares = [each.cpu_share for each in read.measured]
    return [
        Figure(f"reads: {kind}, {read.name}", median(read.rates), "/s", target, read.rates),
        Figure("reads:   the edge's processor time", median(read.cpu_us), "µs"),
        Figure("reads:   median latency", median(latencies), "ms"),
        Figure("reads:   generator's processor share, at most", max(shares), ""),
    ]
