"""The product beside what one would build instead, on the same database, Redis and processors.

People are identified and their events tracked in turns. First the workers stand still while so many
operations are accepted, and then drain them; after that both go on together, and what counts is the
time from the first request to the last commit.
"""

import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ingest_api.embedded.services import web_is_ready
from tests.benchmarks.baselines.plain_work import PlainWork
from tests.benchmarks.figures import Figure, Target, at_least
from tests.benchmarks.load import MIX, Load, Measured, run_load
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.process_usage import largest_memory_mb
from tests.benchmarks.stand import PROJECT_ID, DatabaseKind, Stand, stand
from tests.services.processes import ServiceProcess, free_port
from tests.services.waiting import wait_until
from workers.mailbox.layout import mailbox_key

CONNECTIONS = 64
WITHIN_S = 300.0
PROCESSES = 2
"""Of each alternative's worker, and of the endpoint that writes: one a processor."""
THREADS = 8
"""Of each dramatiq process, as is its default."""
SQLMODEL = "dramatiq with SQLModel"
RAW_SQL = "dramatiq with raw SQL"
DRAIN_TARGETS: dict[str, Target] = {SQLMODEL: at_least(8)}


@dataclass(frozen=True, slots=True)
class _Way:
    """One pipeline. `queued` and `whole` are how many operations each of its two phases takes,
    `done` how many it has committed; an endpoint that writes at once has no workers.
    """

    name: str
    port: int
    path: str
    status: str
    edge: ServiceProcess
    workers: Sequence[ServiceProcess]
    done: Callable[[], int]
    queued: int
    whole: int
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reached:
    """Operations a second; None where there is no such phase."""

    accepted: float | None
    drained: float | None
    whole: float


def run(plan: Plan) -> list[Figure]:
    """Measure all of them on PostgreSQL, and on SQLite those that one would run there."""
    return [*_on("postgresql", plan), *_on("sqlite", plan)]


def _on(kind: DatabaseKind, plan: Plan) -> list[Figure]:
    reached: dict[str, _Reached] = {}
    figures: list[Figure] = []
    makers = (
        (_product, _rq, _sqlmodel, _raw_sql, _writing)
        if kind == "postgresql"
        else (_product, _writing)
    )
    for make in makers:
        with stand(kind) as ground, make(ground) as way:
            reached[way.name] = _reached(way, plan)
            figures += _figures(kind, way, reached[way.name])
    return [*figures, *_ratios(kind, reached)]


def _reached(way: _Way, plan: Plan) -> _Reached:
    queued, whole = plan.scaled(way.queued), plan.scaled(way.whole)
    accepted = drained = None
    if way.workers:
        _post(way, 0, 200)
        _until(way, 200)
        _send_all(way.workers, signal.SIGSTOP)
        accepted = _post(way, 1_000, queued).rate
        began_s = time.monotonic()
        _send_all(way.workers, signal.SIGCONT)
        _until(way, 200 + queued)
        drained = queued / (time.monotonic() - began_s)
        say(f"alternatives: {way.name} accepts {accepted:,.0f}/s, drains {drained:,.0f}/s")
    before = way.done()
    measured = _post(way, 1_000_000, whole)
    _until(way, before + whole)
    reached = whole / (time.monotonic() - measured.began_s)
    say(f"alternatives: {way.name} end to end {reached:,.0f}/s")
    return _Reached(accepted, drained, reached)


def _post(way: _Way, first: int, count: int) -> Measured:
    measured = run_load(
        Load(
            port=way.port,
            path=way.path,
            project_id=PROJECT_ID,
            kind=MIX,
            headers=way.headers,
            first=first,
            bodies=count,
            limit=count,
            connections=CONNECTIONS,
            duration_s=WITHIN_S,
        )
    )
    if measured.statuses != {way.status: count}:
        raise RuntimeError(f"{way.name} answered {measured.statuses}")
    return measured


def _until(way: _Way, count: int) -> None:
    wait_until(lambda: way.done() >= count, WITHIN_S, f"{way.name} has committed {count}")


def _send_all(workers: Sequence[ServiceProcess], number: signal.Signals) -> None:
    for worker in workers:
        worker.send(number)


@contextmanager
def _product(ground: Stand) -> Iterator[_Way]:
    web = ground.services.start_web()
    worker = ground.services.start_worker()
    taken = ground.redis.xinfo_stream

    def done() -> int:
        mailbox = mailbox_key(PROJECT_ID)
        if not ground.redis.exists(mailbox):
            return 0
        stream = taken(mailbox)
        return int(stream["entries-added"]) - int(stream["length"])

    port = int(web.url.rpartition(":")[2])
    yield _Way(
        "hal-ingest",
        port,
        "/api/widget",
        "202",
        web,
        [worker],
        done,
        queued=20_000,
        whole=60_000,
        headers=("Prefer: respond-async",),
    )


@contextmanager
def _rq(ground: Stand) -> Iterator[_Way]:
    with _plain_edge(ground, 1) as (port, edge, done):
        command = [sys.executable, "-m", "tests.benchmarks.baselines.plain_jobs"]
        workers = [ground.services.start(f"rq-{n}", command) for n in range(PROCESSES)]
        yield _Way("RQ", port, "/rq", "202", edge, workers, done, queued=1_000, whole=2_000)


@contextmanager
def _sqlmodel(ground: Stand) -> Iterator[_Way]:
    with _dramatiq(ground, SQLMODEL, "/sqlmodel", "sqlmodel") as way:
        yield way


@contextmanager
def _raw_sql(ground: Stand) -> Iterator[_Way]:
    with _dramatiq(ground, RAW_SQL, "/dramatiq", "default") as way:
        yield way


@contextmanager
def _dramatiq(ground: Stand, name: str, path: str, queue: str) -> Iterator[_Way]:
    with _plain_edge(ground, 1) as (port, edge, done):
        counts = ("--processes", str(PROCESSES), "--threads", str(THREADS), "--queues", queue)
        command = [sys.executable, "-m", "dramatiq", "tests.benchmarks.baselines.plain_jobs"]
        worker = ground.services.start("dramatiq", [*command, *counts])
        yield _Way(name, port, path, "202", edge, [worker], done, queued=5_000, whole=10_000)


@contextmanager
def _writing(ground: Stand) -> Iterator[_Way]:
    with _plain_edge(ground, PROCESSES) as (port, edge, done):
        name = "an endpoint that writes"
        yield _Way(name, port, "/write", "200", edge, [], done, queued=0, whole=10_000)


@contextmanager
def _plain_edge(
    ground: Stand, processes: int
) -> Iterator[tuple[int, ServiceProcess, Callable[[], int]]]:
    plain_work = PlainWork(ground.database_url)
    plain_work.make_tables()
    port = free_port()
    module = "tests.benchmarks.baselines.plain_edge"
    command = [sys.executable, "-m", module, str(port), str(processes)]
    edge = ground.services.start("plain-edge", command)
    wait_until(lambda: web_is_ready("127.0.0.1", port), 30, "the plain edge answers")
    yield port, edge, plain_work.done


def _figures(kind: DatabaseKind, way: _Way, reached: _Reached) -> list[Figure]:
    name = f"{way.name} on {kind}"
    phases = {"accepts": reached.accepted, "drains": reached.drained, "end to end": reached.whole}
    return [
        *(Figure(f"{name}: {phase}", rate, "/s") for phase, rate in phases.items() if rate),
        *(
            Figure(f"{name}: memory of {part}", largest_memory_mb(process.pid), "MB")
            for part, process in (("the edge", way.edge), *(("a worker", w) for w in way.workers))
        ),
    ]


def _ratios(kind: DatabaseKind, reached: dict[str, _Reached]) -> list[Figure]:
    ours, *others = reached.items()
    figures = []
    for name, theirs in others:
        pairs = {
            "accepts": (ours[1].accepted, theirs.accepted),
            "drains": (ours[1].drained, theirs.drained),
            "end to end": (ours[1].whole, theirs.whole),
        }
        for phase, (mine, other) in pairs.items():
            if mine and other:
                target = DRAIN_TARGETS.get(name) if phase == "drains" else None
                label = f"hal-ingest / {name} on {kind}: {phase}"
                figures.append(Figure(label, mine / other, "times", target))
    return figures
