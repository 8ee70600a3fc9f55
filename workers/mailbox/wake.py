"""The wake token and the RQ job behind it: how a mailbox gets a drain, and only one.

The token says that a drain of the project is queued or running. accept.lua takes it with the first
entry and queues the job, the drain holds it while it runs and clears it before its last look. Its
value says which of the two, and it expires, so that a lost job or drain is noticed by the sweeper.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import NoScriptError
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from workers.mailbox.connection import translated
from workers.mailbox.drain_job import (
    DRAIN_FUNCTION,
    FAILURE_KEPT_S,
    NO_TIMEOUT,
    QUEUE_NAME,
    is_job_id,
    new_job_id,
    project_of,
)
from workers.mailbox.layout import QUEUED, RUNNING, wake_key
from workers.mailbox.script import script

_TAKE_JOBS = script("take_jobs")

# Redis syncs its file to disk for each refresh, while a caller waits: not every look is one.
REFRESH_SHARE = 1 / 3


@dataclass(frozen=True, slots=True)
class WakeTimes:
    """How long a token lasts for a queued and for a running drain."""

    queued_s: float
    running_s: float


class Wake:
    """Token and job, over a synchronous client. Every method raises MailboxUnavailable."""

    def __init__(self, redis: Redis, times: WakeTimes) -> None:
        self._redis = redis
        self._queued_ms = round(times.queued_s * 1000)
        self._running_ms = round(times.running_s * 1000)
        self._refresh_every_s = times.running_s * REFRESH_SHARE
        self._refresh_at_s: dict[str, float] = {}
        self._queue = Queue(QUEUE_NAME, connection=redis, serializer=JSONSerializer)

    def take(self, project_id: str) -> bool:
        """Takes the token for a job to be queued; False when a drain is queued or running."""
        with translated():
            taken = self._redis.set(wake_key(project_id), QUEUED, nx=True, px=self._queued_ms)
        return bool(taken)

    def hold(self, project_id: str, commands: "Redis | Pipeline | None" = None) -> None:
        """Keeps the token for a running drain; as a part of `commands` if given.

        What is left of its life is at least two thirds of `running_s`.
        """
        now_s = time.monotonic()
        if now_s < self._refresh_at_s.get(project_id, 0.0):
            return
        self._refresh_at_s[project_id] = now_s + self._refresh_every_s
        with translated():
            (self._redis if commands is None else commands).set(
                wake_key(project_id), RUNNING, px=self._running_ms
            )

    def clear(self, project_id: str) -> None:
        """Gives the token back: whoever accepts from now on wakes a drain."""
        self._refresh_at_s.pop(project_id, None)
        with translated():
            self._redis.delete(wake_key(project_id))

    def hand_over(self, project_id: str) -> None:
        """Queues the project's next turn behind all others; the token goes to it."""
        self._refresh_at_s.pop(project_id, None)
        with translated():
            self._redis.set(wake_key(project_id), QUEUED, px=self._queued_ms)
        self.enqueue(project_id)

    def enqueue(self, project_id: str) -> None:
        """Queues a drain of the project, in one round trip."""
        with translated(), self._redis.pipeline() as commands:
            self._queue.enqueue_call(
                DRAIN_FUNCTION,
                args=(project_id,),
                job_id=new_job_id(project_id),
                timeout=NO_TIMEOUT,
                result_ttl=0,
                failure_ttl=FAILURE_KEPT_S,
                description="drain",
                pipeline=commands,
            )
            commands.execute()

    def jobs_are_waiting(self) -> bool:
        """Whether any drain is queued and not begun."""
        with translated():
            return bool(self._redis.llen(self._queue.key))

    def count_jobs(self, commands: Pipeline) -> None:
        """Asks how many drains are queued and not begun, in a round trip of the caller's."""
        commands.llen(self._queue.key)

    def take_jobs(self, limit: int) -> list[str]:
        """Takes the first queued jobs out of the queue, at most `limit`, and holds their tokens.

        Returns their projects, each once. The first job whose id is none of ours ends it: that is
        for RQ to refuse. A job is a hint: if this process dies with it, the sweeper wakes its
        project.
        """
        with translated():
            found: Any = self._redis.lrange(self._queue.key, 0, limit - 1)
            job_ids = list(
                takewhile(is_job_id, (each.decode("utf-8", "replace") for each in found))
            )
            if not job_ids:
                return []
            projects = [project_of(job_id) for job_id in job_ids]
            keys = [self._queue.key, *map(Job.key_for, job_ids), *map(wake_key, projects)]
            arguments = (len(keys), *keys, self._running_ms, *job_ids)
            try:
                taken: Any = self._redis.evalsha(_TAKE_JOBS.sha, *arguments)
            except NoScriptError:
                taken = self._redis.eval(_TAKE_JOBS.text, *arguments)
        ours = (project for project, mine in zip(projects, taken, strict=True) if mine)
        return list(dict.fromkeys(ours))

    def queued_jobs(self) -> list[str]:
        """Ids of the queued jobs, first to run first; what is no text is told as some."""
        with translated():
            found: Any = self._redis.lrange(self._queue.key, 0, -1)
        return [each.decode("utf-8", "replace") for each in found]

    def drop(self, job_ids: Sequence[str]) -> None:
        """Removes queued jobs."""
        with translated(), self._redis.pipeline() as commands:
            for job_id in job_ids:
                commands.lrem(self._queue.key, 0, job_id)
                commands.delete(Job.key_for(job_id))
            commands.execute()
