"""What a project notices of another one that asks for fifty times its share (contract §4, Load)."""

import time

from models.provisioning.projects import create_project
from tests.benchmarks.crowd import Crowd, Served, served_by, start_crowd
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.stand import DATABASE_KINDS, PROJECT_ID, STAGES, DatabaseKind, Stand, stand

NEIGHBOUR = "neighbour"
TIMES = 50
SHARE = 2
"""Callers of a project at its share, each with `GAP_S` between two operations."""
GAP_S = 0.02
DURATION_S = 10.0
WARM_UP_S = 2.0


def run(plan: Plan) -> list[Figure]:
    """Measure on both databases, with one worker."""
    return [figure for kind in DATABASE_KINDS for figure in _on(kind, plan)]


def _on(kind: DatabaseKind, plan: Plan) -> list[Figure]:
    with stand(kind) as ground:
        _make_neighbour(ground)
        port = int(ground.services.start_web().url.rpartition(":")[2])
        ground.services.start_worker()
        usual = _measure(port, SHARE, 0, plan)
        flooded = _measure(port, TIMES * SHARE, 1, plan)
    name = f"fairness on {kind}"
    return [
        Figure(f"{name}: median beside a project at its share", usual.median_ms, "ms"),
        Figure(f"{name}: p99 beside a project at its share", usual.p99_ms, "ms"),
        Figure(f"{name}: median beside {TIMES} times the share", flooded.median_ms, "ms"),
        Figure(f"{name}: p99 beside {TIMES} times the share", flooded.p99_ms, "ms"),
        Figure(f"{name}: p99, times", flooded.p99_ms / usual.p99_ms, "times", at_most(2)),
    ]


def _measure(port: int, neighbours: int, at: int, plan: Plan) -> Served:
    """What a project at its share gets while the neighbour's callers are there."""
    duration_s = DURATION_S / 2 if plan.quick else DURATION_S
    flood = start_crowd(
        Crowd(
            port=port,
            project_id=NEIGHBOUR,
            callers=neighbours,
            duration_s=duration_s + WARM_UP_S,
            first=(2 * at) * 10_000_000,
            gap_s=GAP_S,
            patience_s=30.0,
        )
    )
    time.sleep(WARM_UP_S / 2)
    quiet = served_by(
        start_crowd(
            Crowd(
                port=port,
                project_id=PROJECT_ID,
                callers=SHARE,
                duration_s=duration_s,
                warm_up_s=WARM_UP_S / 4,
                first=(2 * at + 1) * 10_000_000,
                gap_s=GAP_S,
                patience_s=30.0,
            )
        )
    )
    loud = served_by(flood)
    say(
        f"fairness: beside {neighbours}: median {quiet.median_ms:.1f} ms, p99 {quiet.p99_ms:.1f} "
        f"ms of {sum(quiet.statuses.values())}; the neighbour {loud.taken:,.0f}/s"
    )
    return quiet


def _make_neighbour(ground: Stand) -> None:
    database = ground.database
    try:
        with database.transaction() as connection:
            now_ms = time.time_ns() // 1_000_000
            create_project(connection, NEIGHBOUR, "Neighbour", STAGES, now_ms)
    finally:
        database.close()
