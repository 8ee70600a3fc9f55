"""How fast one worker drains a full mailbox, against one RQ job for each operation."""

import json
import subprocess
import sys
from statistics import median

from rq import Queue

from tests.benchmarks.baselines.apps import JOB_FUNCTION
from tests.benchmarks.bodies import BODIES, KNOWN_VISITORS
from tests.benchmarks.figures import Figure, Target, at_least, at_most
from tests.benchmarks.full_mailbox import Operations, drained_per_s, envelope
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.process_usage import largest_memory_mb
from tests.benchmarks.stand import DATABASE_KINDS, PROJECT_ID, DatabaseKind, Stand, stand

FILL = 20_000
JOBS = 400
RATIO = at_least(40)
MEMORY_MB = at_most(200)
TARGETS: dict[tuple[str, DatabaseKind], Target] = {
    ("identify", "postgresql"): at_least(5_000),
    ("track", "postgresql"): at_least(10_000),
    ("identify", "sqlite"): at_least(4_000),
}


def run(plan: Plan) -> list[Figure]:
    """Measure on both databases."""
    return [figure for kind in DATABASE_KINDS for figure in _on(kind, plan)]


def _on(kind: DatabaseKind, plan: Plan) -> list[Figure]:
    figures: list[Figure] = []
    with stand(kind) as ground:
        worker = ground.services.start_worker()
        known = [("identify", BODIES["identify"](n)) for n in range(KNOWN_VISITORS)]
        drained_per_s(ground, worker, known)
        for operation_type in BODIES:
            rates = []
            for turn in range(plan.rounds):
                operations = _operations(operation_type, turn, plan.scaled(FILL))
                rates.append(drained_per_s(ground, worker, operations))
                say(f"drain: {kind} {operation_type} {rates[-1]:,.0f}/s (round {turn + 1})")
            jobs = _jobs_per_s(ground, _operations(operation_type, 90, plan.scaled(JOBS)))
            say(f"drain: {kind} {operation_type} one job each {jobs:,.0f}/s")
            name = f"drain: {operation_type} on {kind}"
            target = TARGETS.get((operation_type, kind))
            figures += (
                Figure(name, median(rates), "/s", target, rates),
                Figure(f"{name}, one job each", jobs, "/s"),
                Figure(f"{name} / one job each", median(rates) / jobs, "times", RATIO),
            )
        memory_mb = largest_memory_mb(worker.pid)
    return [*figures, Figure(f"drain: memory of the worker on {kind}", memory_mb, "MB", MEMORY_MB)]


def _operations(operation_type: str, turn: int, count: int) -> Operations:
    first = (turn + 1) * 1_000_000
    return [(operation_type, BODIES[operation_type](first + n)) for n in range(count)]


def _jobs_per_s(ground: Stand, operations: Operations) -> float:
    queue = Queue("jobs", connection=ground.redis)
    for operation_type, body in operations:
        payload = envelope(operation_type, body).payload
        queue.enqueue(JOB_FUNCTION, PROJECT_ID, operation_type, payload)
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.baselines.job_worker"],
        check=True,
        stdout=subprocess.PIPE,
        env=ground.services.environment(),
    )
    told = json.loads(done.stdout)
    if told["failed"] or told["jobs"] != len(operations):
        raise RuntimeError(f"jobs failed or got lost: {told}")
    return len(operations) / float(told["spent_s"])
