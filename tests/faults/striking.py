"""Lets the faults of a plan happen to a site, each at its time."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Mapping
from functools import partial

from redis import Redis

from tests.faults.at_work import busy_pids
from tests.faults.ground import LOCKED_TABLES, PostgresGround, SqliteGround
from tests.faults.plan import Fault
from tests.faults.site import Site

DELETED_AT_ONCE = 500
PAUSE_BETWEEN_KILLS_S = 0.3
PAUSE_BETWEEN_DELETIONS_S = 0.03
LOOKS = 20
PAUSE_BETWEEN_LOOKS_S = 0.05
ALMOST_NOTHING_BYTES = 1


class Striker:
    """One site's faults. Those that concern Redis, or the database, happen one after the other."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._redis_turn = threading.Lock()
        self._database_turn = threading.Lock()

    def strike(self, fault: Fault) -> None:
        """Lets a fault happen; returns when what it ended is there again."""
        self._ways(fault)[fault.kind]()

    def hold_workers(self) -> None:
        """Freezes all workers: what is accepted from now on waits for the last blow."""
        for seat in self._site.workers:
            seat.process.send(signal.SIGSTOP)

    def last_blow(self, kind: str) -> None:
        """What happens when all callers have gone and operations wait behind held workers."""
        if kind in {"redis killed", "worker killed"}:
            for seat in self._site.workers:
                seat.process.send(signal.SIGCONT)
        if "rq keys" in kind:
            self._delete("rq:*")
        if kind.startswith("all workers killed"):
            self._kill_all_workers(0.0)
        elif kind == "redis killed":
            self._redis_down(0.2, kill=True)
        else:
            self._site.workers[0].kill()

    def _ways(self, fault: Fault) -> Mapping[str, Callable[[], object]]:
        site, lasts_s, count = self._site, fault.lasts_s, fault.amount
        ways: dict[str, Callable[[], object]] = {
            "all workers killed": partial(self._kill_all_workers, lasts_s),
            "who drains is killed": partial(self._kill_who_drains, count),
            "who drains is frozen": partial(self._freeze_who_drains, lasts_s),
            "redis killed": partial(self._redis_down, lasts_s, kill=True),
            "redis restarted": partial(self._redis_down, lasts_s, kill=False),
            "redis frozen": partial(self._redis_frozen, lasts_s),
            "redis full": partial(self._redis_full, lasts_s),
            "rq keys deleted": partial(self._delete, "rq:*"),
            "idempotency hints deleted": partial(self._delete, "key:*"),
            "wake tokens deleted all the time": partial(self._delete_for, lasts_s, "wake:*"),
            "edges lose answers of redis": partial(site.edges_to_redis.lose_answers, count),
            "workers lose answers of redis": partial(site.workers_to_redis.lose_answers, count),
            "connections to redis cut": self._cut_redis,
        }
        return {**ways, **self._ways_of_seats(fault), **self._ways_of_database(fault)}

    def _ways_of_seats(self, fault: Fault) -> Mapping[str, Callable[[], object]]:
        ways: dict[str, Callable[[], object]] = {}
        for name, seats in (("worker", self._site.workers), ("edge", self._site.edges)):
            seat = seats[fault.seat % len(seats)]
            ways[f"{name} killed"] = partial(seat.kill, fault.lasts_s)
            ways[f"{name} stopped"] = partial(seat.stop, fault.lasts_s)
            ways[f"{name} frozen"] = partial(seat.freeze, fault.lasts_s)
        to_edge = self._site.callers_to[fault.seat % len(self._site.callers_to)]
        ways["callers lose answers"] = partial(to_edge.lose_answers, fault.amount, b"POST")
        return ways

    def _ways_of_database(self, fault: Fault) -> Mapping[str, Callable[[], object]]:
        ground, lasts_s = self._site.ground, fault.lasts_s
        if isinstance(ground, SqliteGround):
            return {
                "sqlite locked": partial(ground.lock, lasts_s),
                "sqlite locked again and again": partial(ground.lock_again_and_again, lasts_s),
            }
        assert isinstance(ground, PostgresGround)
        table = LOCKED_TABLES[fault.amount % len(LOCKED_TABLES)]
        lose = ground.workers.lose_answers
        return {
            "postgresql restarted": partial(self._in_turn, partial(ground.restart, lasts_s)),
            "postgresql crashed": partial(self._in_turn, partial(ground.crash, lasts_s)),
            "sessions terminated": partial(self._in_turn, ground.terminate_sessions),
            "table locked": partial(self._in_turn, partial(ground.lock_table, table, lasts_s)),
            "commits lose their answer": partial(lose, fault.amount, b"COMMIT"),
            "edges lose answers of the database": partial(ground.edges.lose_answers, fault.amount),
        }

    def _in_turn(self, strike: Callable[[], object]) -> None:
        with self._database_turn:
            strike()

    def _kill_all_workers(self, empty_s: float) -> None:
        deaths = [self._site.hands.submit(seat.kill, empty_s) for seat in self._site.workers]
        for death in deaths:
            death.result()

    def _kill_who_drains(self, times: int) -> None:
        """Kills single processes; their parents start others."""
        for _ in range(times):
            for pid in self._who_drains()[:1]:
                os.kill(pid, signal.SIGKILL)
            threading.Event().wait(PAUSE_BETWEEN_KILLS_S)

    def _freeze_who_drains(self, lasts_s: float) -> None:
        frozen = self._who_drains()
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        threading.Event().wait(lasts_s)
        for pid in frozen:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def _who_drains(self) -> list[int]:
        """The processes that drain, now or as soon as one does."""
        found: list[int] = []
        for _ in range(LOOKS):
            with self._redis_turn, self._site.asking_redis() as redis:
                found = busy_pids(redis)
            if found:
                break
            threading.Event().wait(PAUSE_BETWEEN_LOOKS_S)
        return found

    def _redis_down(self, down_s: float, *, kill: bool) -> None:
        with self._redis_turn:
            if kill:
                self._site.redis.kill()
            else:
                self._site.redis.stop()
            threading.Event().wait(down_s)
            self._site.redis.start()

    def _redis_frozen(self, lasts_s: float) -> None:
        with self._redis_turn:
            self._site.redis.pause()
            threading.Event().wait(lasts_s)
            self._site.redis.resume()

    def _redis_full(self, lasts_s: float) -> None:
        with self._redis_turn, self._site.asking_redis() as redis:
            redis.config_set("maxmemory", ALMOST_NOTHING_BYTES)
            threading.Event().wait(lasts_s)
            redis.config_set("maxmemory", 0)

    def _cut_redis(self) -> None:
        self._site.workers_to_redis.cut()
        self._site.edges_to_redis.cut()

    def _delete(self, pattern: str) -> None:
        with self._redis_turn, self._site.asking_redis() as redis:
            _delete_keys(redis, pattern)

    def _delete_for(self, lasts_s: float, pattern: str) -> None:
        for _ in range(round(lasts_s / PAUSE_BETWEEN_DELETIONS_S)):
            self._delete(pattern)
            threading.Event().wait(PAUSE_BETWEEN_DELETIONS_S)


def _delete_keys(redis: Redis, pattern: str) -> None:
    for key in redis.scan_iter(pattern, count=DELETED_AT_ONCE):
        redis.delete(key)
