"""How many identify calls an edge accepts a second, against two plainer edges.

All three stand under the same uvicorn on the same Redis, and are measured in turns.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from ingest_api.embedded.services import web_is_ready
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.benchmarks.load import Load, Measured, run_load
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.process_usage import cpu_s, peak_memory_mb
from tests.benchmarks.stand import PROJECT_ID, Stand, stand
from tests.services.processes import ServiceProcess, free_port
from tests.services.waiting import wait_until

CONNECTIONS = 64
DURATION_S = 3.0
WARM_UP_S = 0.5


@dataclass(slots=True)
class _Contestant:
    """An edge, and what was measured of it: rates, microseconds of its processor a request."""

    name: str
    process: ServiceProcess
    port: int
    path: str
    headers: tuple[str, ...] = ()
    measured: list[Measured] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)

    @property
    def rates(self) -> list[float]:
        return [each.rate for each in self.measured]


def run(plan: Plan) -> list[Figure]:
    """Measure, and compare with the bare edge and with the better one of the two that enqueue."""
    # The edge asks its database once in two seconds: which kind it is makes no difference.
    with stand("postgresql") as ground, _contestants(ground) as contestants:
        for turn in range(plan.rounds):
            for contestant in contestants:
                _measure(ground, contestant, plan)
                say(f"edge: {contestant.name} {contestant.rates[-1]:,.0f}/s (round {turn + 1})")
        edge, bare, *enqueueing = contestants
        memory_mb = peak_memory_mb(edge.process.pid)
    return _figures(edge, bare, max(enqueueing, key=lambda each: median(each.rates)), memory_mb)


@contextmanager
def _contestants(ground: Stand) -> Iterator[list[_Contestant]]:
    web = ground.services.start_web()
    port = free_port()
    plain = ground.services.start(
        "plain-edges", [sys.executable, "-m", "tests.benchmarks.baselines.apps", str(port)]
    )
    wait_until(lambda: web_is_ready("127.0.0.1", port), 30, "the plain edges answer")
    web_port = int(web.url.rpartition(":")[2])
    yield [
        _Contestant(
            "hal-ingest", web, web_port, "/api/widget/identify", ("Prefer: respond-async",)
        ),
        _Contestant("bare POST", plain, port, "/bare"),
        _Contestant("rq.enqueue in the loop", plain, port, "/enqueue/loop"),
        _Contestant("rq.enqueue in threads", plain, port, "/enqueue/thread"),
    ]


def _measure(ground: Stand, contestant: _Contestant, plan: Plan) -> None:
    ground.redis.flushall()
    before_s = cpu_s(contestant.process.pid)
    measured = run_load(
        Load(
            port=contestant.port,
            path=contestant.path,
            project_id=PROJECT_ID,
            kind="identify",
            headers=contestant.headers,
            connections=CONNECTIONS,
            warm_up_s=WARM_UP_S,
            duration_s=1.0 if plan.quick else DURATION_S,
        )
    )
    if set(measured.statuses) != {"202"}:
        raise RuntimeError(f"{contestant.name} answered {measured.statuses}")
    contestant.measured.append(measured)
    # The warm-up's requests count too: nearly as many a second.
    share = measured.answers * (1 + WARM_UP_S / (measured.answers / measured.rate))
    contestant.cpu_us.append(1e6 * (cpu_s(contestant.process.pid) - before_s) / share)


def _figures(
    edge: _Contestant, bare: _Contestant, enqueueing: _Contestant, memory_mb: float
) -> list[Figure]:
    return [
        Figure("edge: identify accepted", median(edge.rates), "/s", None, edge.rates),
        Figure("edge: bare POST", median(bare.rates), "/s", None, bare.rates),
        Figure(f"edge: {enqueueing.name}", median(enqueueing.rates), "/s", None, enqueueing.rates),
        _ratio("edge / bare POST", edge, bare, 0.4),
        _ratio("edge / rq.enqueue", edge, enqueueing, 4.0),
        Figure("edge: its processor time a request", median(edge.cpu_us), "µs"),
        Figure("edge: bare POST's processor time a request", median(bare.cpu_us), "µs"),
        Figure("edge: generator's processor share, at most", _generator_share(edge, bare), ""),
        Figure("edge: memory", memory_mb, "MB", at_most(120)),
    ]


def _ratio(name: str, one: _Contestant, other: _Contestant, target: float) -> Figure:
    rounds = [mine / theirs for mine, theirs in zip(one.rates, other.rates, strict=True)]
    return Figure(name, median(rounds), "times", at_least(target), rounds)


def _generator_share(*contestants: _Contestant) -> float:
    return max(each.cpu_share for contestant in contestants for each in contestant.measured)
