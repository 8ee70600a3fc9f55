"""A backfill in the bulk lane: how long live calls of its project wait, and how fast it gets on."""

import signal
from dataclasses import replace
from statistics import median

from tests.benchmarks.bodies import BODIES
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.benchmarks.full_mailbox import Operations, drained_per_s, fill
from tests.benchmarks.load import Load, run_load
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.stand import DATABASE_KINDS, PROJECT_ID, DatabaseKind, Stand, stand
from workers.mailbox.layout import LANES, bulk_key

WAITING = 100_000
DRAINED = 20_000
CALLS = 200
CONNECTIONS = 8
SECONDS = 5.0
WARM_UP_CALLS = 100
RATIO = at_least(0.8)
ONE_CALLER = {"median": at_most(50), "p99": at_most(100)}


def run(plan: Plan) -> list[Figure]:
    """Measure on both databases."""
    return [figure for kind in DATABASE_KINDS for figure in _on(kind, plan)]


def _on(kind: DatabaseKind, plan: Plan) -> list[Figure]:
    with stand(kind) as ground:
        web = ground.services.start_web()
        port = int(web.url.rpartition(":")[2])
        worker = ground.services.start_worker()
        run_load(replace(_load(port, 90_000_000), limit=WARM_UP_CALLS))
        rates: dict[str, list[float]] = {lane: [] for lane in LANES}
        for turn in range(plan.rounds):
            for place, lane in enumerate(LANES):
                operations = _operations(2 * turn + place, plan.scaled(DRAINED))
                rates[lane].append(drained_per_s(ground, worker, operations, lane=lane))
        live, bulk = (median(rates[lane]) for lane in LANES)
        say(f"backfill: {kind} live {live:,.0f}/s, bulk {bulk:,.0f}/s")
        worker.send(signal.SIGSTOP)
        fill(ground, _operations(20, WAITING), 1, "bulk")
        worker.send(signal.SIGCONT)
        return [
            Figure(f"backfill: bulk drained on {kind}", bulk, "/s", None, rates["bulk"]),
            Figure(f"backfill: bulk / live drained on {kind}", bulk / live, "times", RATIO),
            *_one_caller(ground, kind, port, plan),
            *_many_callers(ground, kind, port, plan),
        ]


def _one_caller(ground: Stand, kind: str, port: int, plan: Plan) -> list[Figure]:
    measured = run_load(replace(_load(port, 91_000_000), limit=plan.scaled(CALLS)))
    _expect(ground, measured.statuses)
    say(f"backfill: {kind} one live caller {measured.median_ms:.1f} ms")
    name = f"backfill: live call on {kind} before {WAITING:,} waiting"
    values = {"median": measured.median_ms, "p99": measured.p99_ms}
    return [Figure(f"{name}, {which}", values[which], "ms", ONE_CALLER[which]) for which in values]


def _many_callers(ground: Stand, kind: str, port: int, plan: Plan) -> list[Figure]:
    waiting = ground.redis.xlen(bulk_key(PROJECT_ID))
    duration_s = plan.scaled_s(SECONDS)
    load = _load(port, 92_000_000)
    measured = run_load(replace(load, connections=CONNECTIONS, duration_s=duration_s))
    _expect(ground, measured.statuses)
    applied_per_s = (waiting - ground.redis.xlen(bulk_key(PROJECT_ID))) / duration_s
    say(f"backfill: {kind} {CONNECTIONS} callers {measured.median_ms:.1f} ms")
    name = f"backfill: {CONNECTIONS} live callers on {kind}"
    return [
        Figure(f"{name}, p99", measured.p99_ms, "ms"),
        Figure(f"{name}, their calls", measured.rate, "/s"),
        Figure(f"{name}, bulk beside them", applied_per_s, "/s"),
    ]


def _expect(ground: Stand, statuses: dict[str, int]) -> None:
    if set(statuses) != {"200"}:
        raise RuntimeError(f"not every call was applied in time: {statuses}")
    if not ground.redis.xlen(bulk_key(PROJECT_ID)):
        raise RuntimeError("the backfill was over before the calls were")


def _load(port: int, first: int) -> Load:
    return Load(port, "/api/widget/identify", PROJECT_ID, "identify", first=first)


def _operations(turn: int, count: int) -> Operations:
    first = (turn + 1) * 1_000_000
    return [("identify", BODIES["identify"](first + n)) for n in range(count)]
