"""What is left of the goodput under ten times the load that the product can take (contract §4)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx2
from sqlalchemy import func, select

from models.database import Database
from models.store.ledger import OPERATIONS
from tests.benchmarks.crowd import Crowd, Served, served_by, start_crowd
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.process_usage import cpu_s
from tests.benchmarks.stand import PROJECT_ID, DatabaseKind, Stand, stand
from tests.services.processes import WebProcess
from tests.services.waiting import wait_until
from workers.mailbox.layout import mailbox_key

KINDS: tuple[DatabaseKind, ...] = ("postgresql",)
SATURATING = (64, 256)
"""Callers at once, each waiting for its outcome; the better one is the maximum."""
TIMES = 10
DURATION_S = 8.0
WARM_UP_S = 2.0
DRAINED_WITHIN_S = 300.0


@dataclass(frozen=True, slots=True)
class _Measured:
    served: Served
    committed: float
    edge_cpu_share: float

    @property
    def cost_us(self) -> float:
        """What an answer costs, refusals included."""
        return 1e6 * self.edge_cpu_share / max(1.0, self.served.taken + self.served.refused)


def run(plan: Plan) -> list[Figure]:
    """Find the most that is committed a second, then come with ten times as many callers."""
    return [figure for kind in KINDS for figure in _on(kind, plan)]


def _on(kind: DatabaseKind, plan: Plan) -> list[Figure]:
    with stand(kind) as ground:
        web = ground.services.start_web()
        ground.services.start_worker()
        usual = [_measure(ground, web, callers, at, plan) for at, callers in enumerate(SATURATING)]
        most = max(usual, key=lambda each: each.committed)
        crowd = TIMES * SATURATING[usual.index(most)]
        over = _measure(ground, web, crowd, 10, plan)
        wait_until(lambda: not _depth(ground), DRAINED_WITHIN_S, "the mailbox is drained")
        lost = _accepted(web) - _committed(ground)
    name = f"overload on {kind}"
    return [
        Figure(f"{name}: most committed", most.committed, "/s"),
        Figure(f"{name}: committed under {crowd} callers", over.committed, "/s"),
        Figure(f"{name}: of the most", over.committed / most.committed, "times", at_least(0.9)),
        Figure(f"{name}: refused", over.served.refused, "/s"),
        Figure(f"{name}: processor of the edge for an answer", over.cost_us, "µs"),
        Figure(f"{name}: hung up", over.served.hung_up, "/s"),
        Figure(f"{name}: taken, median", over.served.median_ms, "ms"),
        Figure(f"{name}: taken, p99", over.served.p99_ms, "ms"),
        Figure(f"{name}: accepted and not applied", lost, "", at_most(0)),
    ]


def _measure(ground: Stand, web: WebProcess, callers: int, at: int, plan: Plan) -> _Measured:
    duration_s = DURATION_S / 2 if plan.quick else DURATION_S
    process = start_crowd(
        Crowd(
            port=int(web.url.rpartition(":")[2]),
            project_id=PROJECT_ID,
            callers=callers,
            duration_s=duration_s + WARM_UP_S,
            warm_up_s=0.5,
            first=at * 10_000_000,
        )
    )
    time.sleep(WARM_UP_S)
    committed, began_s, began_cpu_s = _committed(ground), time.perf_counter(), cpu_s(web.pid)
    time.sleep(duration_s - 0.5)
    spent_s = time.perf_counter() - began_s
    edge_cpu_share = (cpu_s(web.pid) - began_cpu_s) / spent_s
    rate = (_committed(ground) - committed) / spent_s
    depth = _depth(ground)
    served = served_by(process)
    say(
        f"overload: {callers} callers: {rate:,.0f}/s committed, {served.taken:,.0f} taken, "
        f"{served.refused:,.0f} refused, {served.hung_up:,.0f} hung up, p99 {served.p99_ms:,.0f} "
        f"ms, depth {depth}, edge {edge_cpu_share:.2f}, generator {served.cpu_share:.2f} "
        f"{served.statuses}"
    )
    return _Measured(served, rate, edge_cpu_share)


def _committed(ground: Stand) -> int:
    database = Database(ground.database_url)
    try:
        with database.reading() as connection:
            return int(
                connection.execute(select(func.count()).select_from(OPERATIONS)).scalar_one()
            )
    finally:
        database.close()


def _depth(ground: Stand) -> int:
    return ground.redis.xlen(mailbox_key(PROJECT_ID))


def _accepted(web: WebProcess) -> int:
    told = httpx2.get(f"{web.url}/metrics").text.splitlines()
    return int(sum(float(each.split()[-1]) for each in _counters(told)))


def _counters(lines: Sequence[str]) -> list[str]:
    return [each for each in lines if each.startswith("hal_operations_accepted_total")]
