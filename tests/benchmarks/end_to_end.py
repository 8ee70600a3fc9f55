"""How many operations a second go all the way, from the request to the commit, for a long time.

Generator, edge, Redis, one worker and PostgreSQL share the machine. People are identified and their
events tracked in turns; each caller waits for its outcome, so an answer 200 is a commit.
"""

from dataclasses import dataclass

from tests.benchmarks.figures import Figure, Target, at_least, at_most
from tests.benchmarks.load import MIX, Load, Measured, run_load
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.process_usage import cpu_s, family_cpu_s, largest_memory_mb
from tests.benchmarks.stand import PROJECT_ID, DatabaseKind, Stand, stand
from tests.services.processes import ServiceProcess, WebProcess

CONNECTIONS = 256
DURATION_S = 30.0
WARM_UP_S = 3.0
FASTEST_RATE = 8_000
"""More than any run reaches: so many requests a second are made beforehand."""
HALF = 0.5
ASKED_RATE = 3_000
"""What is to be reached at least; callers at half of it are to wait shortly."""
NO_TARGETS: dict[str, Target] = {}
TARGETS = {"rate": at_least(ASKED_RATE), "p99": at_most(25)}


@dataclass(frozen=True, slots=True)
class _Line:
    """The pipeline of one stand: generator apart, all that uses the processors."""

    ground: Stand
    web: WebProcess
    worker: ServiceProcess

    def spent_s(self) -> dict[str, float]:
        """Processor time of each part so far."""
        spent_s = {
            "edge": family_cpu_s(self.web.pid),
            "worker": family_cpu_s(self.worker.pid),
            "Redis": cpu_s(self.ground.redis_pid),
        }
        server = self.ground.postgresql_pid
        return spent_s if server is None else {**spent_s, "PostgreSQL": family_cpu_s(server)}


def run(plan: Plan) -> list[Figure]:
    """Measure on both databases: at full speed, at half of what that was, at half of the target."""
    return [*_on("postgresql", TARGETS, plan), *_on("sqlite", NO_TARGETS, plan)]


def _on(kind: DatabaseKind, targets: dict[str, Target], plan: Plan) -> list[Figure]:
    duration_s = plan.scaled_s(DURATION_S)
    with stand(kind) as ground:
        line = _Line(ground, ground.services.start_web(), ground.services.start_worker())
        before_s = line.spent_s()
        full = _measure(line, 0, duration_s)
        spent_s = {part: now_s - before_s[part] for part, now_s in line.spent_s().items()}
        say(f"end to end: {kind} {full.rate:,.0f}/s")
        paced = {
            "half load": _measure(line, 10_000_000, duration_s, full.rate * HALF),
            "half of what is asked": _measure(line, 20_000_000, duration_s, ASKED_RATE * HALF),
        }
        for which, half in paced.items():
            say(f"end to end: {kind} at {which} {half.median_ms:.1f} ms, p99 {half.p99_ms:.1f} ms")
        pids = {"edge": line.web.pid, "worker": line.worker.pid}
        memory_mb = {part: largest_memory_mb(pid) for part, pid in pids.items()}
    name = f"end to end on {kind}"
    # The warm-up's requests count too: nearly as many a second.
    answers = full.answers * (1 + WARM_UP_S / duration_s)
    shares = {part: 1e6 * each_s / answers for part, each_s in spent_s.items()}
    shares["generator"] = 1e6 * full.cpu_share / full.rate
    return [
        Figure(f"{name}: committed", full.rate, "/s", targets.get("rate")),
        Figure(f"{name}: slowest second", min(full.seconds), "/s"),
        *(
            Figure(f"{name}:   processor time an operation, {part}", each, "µs")
            for part, each in shares.items()
        ),
        *_latencies(f"{name}: at half load", paced["half load"], None),
        *_latencies(
            f"{name}: at half of what is asked",
            paced["half of what is asked"],
            targets.get("p99"),
        ),
        *(Figure(f"{name}: memory of the {part}", mb, "MB") for part, mb in memory_mb.items()),
    ]


def _latencies(name: str, measured: Measured, target: Target | None) -> list[Figure]:
    return [
        Figure(f"{name}, offered", measured.rate, "/s"),
        Figure(f"{name}, median", measured.median_ms, "ms"),
        Figure(f"{name}, p99", measured.p99_ms, "ms", target),
    ]


def _measure(line: _Line, first: int, duration_s: float, rate_per_s: float = 0.0) -> Measured:
    measured = run_load(
        Load(
            port=int(line.web.url.rpartition(":")[2]),
            path="/api/widget",
            project_id=PROJECT_ID,
            kind=MIX,
            first=first,
            bodies=round(FASTEST_RATE * (duration_s + WARM_UP_S)),
            connections=CONNECTIONS,
            warm_up_s=WARM_UP_S,
            duration_s=duration_s,
            rate_per_s=rate_per_s,
        )
    )
    if set(measured.statuses) != {"200"}:
        raise RuntimeError(f"not every operation was committed in time: {measured.statuses}")
    return measured
