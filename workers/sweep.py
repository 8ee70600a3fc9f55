"""The sweeper: wakes each mailbox that waits and that nobody is going to drain.

It mends what a crash or a lost job left behind; keys under `rq:` are only hints (contract §4).
Every worker process runs one; a short lock in Redis lets one of them sweep at a time.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis import Redis

from workers.mailbox import layout
from workers.mailbox.connection import MailboxUnavailable, RedisFull, translated
from workers.mailbox.drain_job import project_of
from workers.mailbox.wake import Wake
from workers.stop import Stop

log = logging.getLogger(__name__)

MAX_PROJECTS_A_SWEEP = 1000
# Below one interval, so that the same sweeper finds its own lock gone the next time.
LOCK_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Seen:
    """Mailboxes that hold entries, oldest first; those with a wake token; the queued jobs' ids.

    `unbegun` are those whose token is that of a queued drain.
    """

    ready: tuple[str, ...]
    awake: frozenset[str]
    jobs: tuple[str, ...]
    unbegun: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mending:
    """Projects to wake, and jobs to drop since an earlier one does their work.

    Of the projects in `jobless` the job was either lost or just taken by a worker that is about to
    begin: the next look tells, and then they are `lost`.
    """

    wake: tuple[str, ...]
    drop: tuple[str, ...]
    lost: tuple[str, ...] = ()
    jobless: frozenset[str] = frozenset()


def decide(seen: Seen, jobless: frozenset[str] = frozenset()) -> Mending:
    """What to mend; `jobless` is what the look before found.

    Jobs pile up while no worker runs and the tokens expire: one each is enough.
    """
    queued: set[str] = set()
    drop = []
    for job_id in seen.jobs:
        project_id = project_of(job_id)
        if project_id in queued:
            drop.append(job_id)
        queued.add(project_id)
    wake = tuple(p for p in seen.ready if p not in seen.awake and p not in queued)
    found = tuple(p for p in seen.ready if p in seen.unbegun and p not in queued)
    lost = tuple(p for p in found if p in jobless)
    return Mending(wake, tuple(drop), lost, frozenset(found) - set(lost))


def _untold(_: str, __: int) -> None:
    """Where nobody counts."""


class Sweeper:
    """Sweeps until stopped; `run` is for a thread of its own.

    `drain` is what a job would call: a full Redis takes no job, and only draining empties it.
    `tell` hears what was mended, and how often.
    """

    def __init__(
        self,
        redis: Redis,
        wake: Wake,
        drain: Callable[[str], object],
        interval_s: float,
        stop: Stop,
        *,
        tell: Callable[[str, int], None] = _untold,
    ) -> None:
        self._redis = redis
        self._wake = wake
        self._drain = drain
        self._interval_s = interval_s
        self._tell = tell
        self._stop = stop
        self._jobless: frozenset[str] = frozenset()

    def run(self) -> None:
        """Sweeps now and at every interval; an outage of Redis only makes it wait."""
        while True:
            try:
                self.sweep()
            except MailboxUnavailable as error:
                log.warning("no sweep: Redis is away (%s)", error)
            except Exception:
                log.exception("a sweep failed")
            if self._stop.wait(self._interval_s):
                return

    def sweep(self) -> Mending | None:
        """Sweeps once; None when somebody else has just done it. Raises MailboxUnavailable."""
        lock_ms = max(1, round(self._interval_s * LOCK_SHARE * 1000))
        try:
            with translated():
                is_mine = self._redis.set(layout.SWEEP, "1", nx=True, px=lock_ms)
        except RedisFull:
            self._empty()
            return None
        if not is_mine:
            return None
        mending = decide(self._look(), self._jobless)
        self._jobless = mending.jobless
        self._mend(mending)
        return mending

    def _empty(self) -> None:
        """Drains all that waits, by this process itself: no worker can take a job now."""
        for project_id in self._look().ready:
            if self._stop.is_set():
                return
            log.warning("Redis is full: %s is drained without a job", project_id)
            self._drain(project_id)
            self._tell("full", 1)

    def _look(self) -> Seen:
        ready = self._ready()
        with translated():
            tokens = self._redis.mget([layout.wake_key(p) for p in ready]) if ready else []
        held = {project: token for project, token in zip(ready, tokens, strict=True) if token}
        unbegun = (project for project, token in held.items() if token == layout.QUEUED.encode())
        # Read last: a job that was queued meanwhile counts.
        jobs = tuple(self._wake.queued_jobs())
        return Seen(tuple(ready), frozenset(held), jobs, frozenset(unbegun))

    def _ready(self) -> list[str]:
        with translated():
            found: list[Any] = self._redis.zrange(layout.READY, 0, MAX_PROJECTS_A_SWEEP - 1)
        return [project.decode() for project in found]

    def _mend(self, mending: Mending) -> None:
        # Between the two looks a mailbox may have been emptied, and its token given back.
        waiting = self._ready() if mending.wake or mending.lost else ()
        if mending.drop:
            self._wake.drop(mending.drop)
            self._tell("drop", len(mending.drop))
        for project_id in mending.wake:
            if project_id in waiting and self._wake.take(project_id):
                self._wake.enqueue(project_id)
                self._say_woken(project_id)
        for project_id in mending.lost:
            if project_id in waiting:
                self._wake.hand_over(project_id)
                self._say_woken(project_id)

    def _say_woken(self, project_id: str) -> None:
        self._tell("wake", 1)
        named = {"project_id": project_id}
        log.warning("a waiting mailbox had no drain: %s", project_id, extra=named)
