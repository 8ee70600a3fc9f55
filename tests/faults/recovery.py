"""How soon the product is itself again, without a hand: `python3 run.py faults --recovery`.

Each time a backlog waits behind what happens. Counted is from the kill of the worker that drains,
or from the moment at which Redis or PostgreSQL answers again, to the first 200 of a call that began
after it at either edge, and until nothing of the backlog waits any more.
"""

import json
import os
import signal
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import asdict, dataclass

import httpx2
from redis import Redis

from models.provisioning.projects import CreatedProject
from tests.faults.at_work import busy_pids
from tests.faults.collecting import waiting
from tests.faults.ground import PostgresGround, postgres_server
from tests.faults.plan import DatabaseKind
from tests.faults.pulse import Pulse
from tests.faults.site import Site, site
from tests.model.projects import store_project
from tests.model.scenario import Scenario
from tests.services.waiting import wait_until

TIMES = 5
BACKLOG = 300
DOWN_S = 1.0
WITHIN_S = 40.0
TARGETS_S = {"worker killed": 2.0, "redis restarted": 3.0, "postgresql restarted": 5.0}
Say = Callable[[str], None]
Strike = Callable[[Site], float]
"""Lets it happen; returns the moment from which recovery counts (steady clock)."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """Seconds to the next 200, by occurrence, and until nothing waited."""

    what: str
    database: DatabaseKind
    target_s: float
    next_200_s: tuple[float, ...]
    nothing_waits_s: tuple[float, ...]

    @property
    def is_in_time(self) -> bool:
        """Whether the worst of all was."""
        return max(*self.next_200_s, *self.nothing_waits_s) <= self.target_s

    def __str__(self) -> str:
        verdict = "ok" if self.is_in_time else "MISSED"
        return (
            f"{self.what} ({self.database}): next 200 {_spread(self.next_200_s)},"
            f" nothing waits {_spread(self.nothing_waits_s)},"
            f" target {self.target_s:g} s {verdict}"
        )


def measure(databases: Sequence[DatabaseKind], *, say: Say, as_json: bool) -> int:
    """Measures every kind of recovery; returns the exit code."""
    found: list[Recovery] = []
    for database in databases:
        with (
            postgres_server() if database == "postgresql" else nullcontext() as server,
            site(server) as running,
        ):
            for what, strike in _strikes(running).items():
                found.append(_measured(running, database, what, strike))
                say(str(found[-1]))
    if as_json:
        print(json.dumps([asdict(each) for each in found], indent=2))
    return 0 if all(each.is_in_time for each in found) else 1


def _strikes(running: Site) -> dict[str, Strike]:
    strikes: dict[str, Strike] = {
        "worker killed": _kill_who_drains,
        "redis restarted": _restart_redis,
    }
    if isinstance(running.ground, PostgresGround):
        strikes["postgresql restarted"] = _restart_postgresql
    return strikes


def _measured(running: Site, database: DatabaseKind, what: str, strike: Strike) -> Recovery:
    rounds = [
        _once(running, f"recovery_{what.replace(' ', '_')}_{n}", strike) for n in range(TIMES)
    ]
    goods, quiets = zip(*rounds, strict=True)
    return Recovery(what, database, TARGETS_S[what], tuple(goods), tuple(quiets))


def _once(running: Site, project_id: str, strike: Strike) -> tuple[float, float]:
    with running.database.transaction() as connection:
        keys = store_project(connection, project_id, Scenario({}, ()))
    with ExitStack() as stack:
        pulses = [
            stack.enter_context(Pulse(url, keys.publishable_key, f"v{number}"))
            for number, url in enumerate(running.urls)
        ]
        wait_until(lambda: all(pulse.good for pulse in pulses), WITHIN_S, "a first 200")
        _pile_up(running, keys)
        since_s = running.hands.submit(strike, running).result()
        wait_until(
            lambda: not any(waiting(running, project_id).values()), WITHIN_S, "nothing waits"
        )
        quiet_s = time.monotonic() - since_s
        wait_until(
            lambda: all(pulse.next_good_s(since_s) for pulse in pulses), WITHIN_S, "a next 200"
        )
    for seat in running.workers:
        seat.expect_alive()
    return max(pulse.next_good_s(since_s) or 0.0 for pulse in pulses), quiet_s


def _pile_up(running: Site, keys: CreatedProject) -> None:
    """A backlog that nobody waits for, in one batch, while the workers do nothing for a moment."""
    operations = [
        {"type": "track", "visitor_id": "v0", "name": "backlog", "value": number}
        for number in range(BACKLOG)
    ]
    for seat in running.workers:
        seat.process.send(signal.SIGSTOP)
    headers = {"authorization": f"Bearer {keys.secret_token}", "prefer": "respond-async"}
    try:
        with httpx2.Client(base_url=running.urls[0], timeout=WITHIN_S, headers=headers) as client:
            answer = client.post("/api/batch", json={"operations": operations})
        assert answer.status_code == httpx2.codes.ACCEPTED, answer.text
    finally:
        for seat in running.workers:
            seat.process.send(signal.SIGCONT)


def _kill_who_drains(running: Site) -> float:
    with running.asking_redis() as redis:
        os.kill(_drainer(redis), signal.SIGKILL)
    return time.monotonic()


def _drainer(redis: Redis) -> int:
    """Who drains now, or as soon as somebody does."""
    found: list[int] = []

    def is_found() -> bool:
        found.extend(busy_pids(redis))
        return bool(found)

    wait_until(is_found, WITHIN_S, "a worker drains")
    return found[0]


def _restart_redis(running: Site) -> float:
    running.redis.kill()
    threading.Event().wait(DOWN_S)
    running.redis.start()
    return time.monotonic()


def _restart_postgresql(running: Site) -> float:
    assert isinstance(running.ground, PostgresGround)
    running.ground.restart(DOWN_S)
    return time.monotonic()


def _spread(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):.2f} s (at most {max(seconds):.2f} s)"
