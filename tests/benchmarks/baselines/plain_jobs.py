"""One job for each operation, in RQ and in dramatiq: the same function on both.

In dramatiq a second actor does the same work through SQLModel's sessions.

`python -m tests.benchmarks.baselines.plain_jobs` is RQ's quickest worker, until it is stopped;
dramatiq's own program runs this module's actor.
"""

import time
from functools import cache
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from config.settings import load_settings
from tests.benchmarks.baselines.plain_work import PlainWork
from tests.benchmarks.baselines.sqlmodel_work import SqlmodelWork

RQ_QUEUE = "plain"
DRAMATIQ_QUEUE = "default"
SQLMODEL_QUEUE = "sqlmodel"
RQ_FUNCTION = "tests.benchmarks.baselines.plain_jobs.work"


@cache
def _plain_work() -> PlainWork:
    return PlainWork(load_settings().database_url)


def work(
    project_id: str, operation_type: str, payload: dict[str, object], operation_id: str
) -> None:
    """The job."""
    now_ms = time.time_ns() // 1_000_000
    _plain_work().apply(project_id, operation_type, payload, operation_id, now_ms)


@cache
def _sqlmodel_work() -> SqlmodelWork:
    return SqlmodelWork(load_settings().database_url)


def work_in_session(
    project_id: str, operation_type: str, payload: dict[str, object], operation_id: str
) -> None:
    """The job, through SQLModel."""
    now_ms = time.time_ns() // 1_000_000
    _sqlmodel_work().apply(project_id, operation_type, payload, operation_id, now_ms)


broker = RedisBroker(url=load_settings().redis_url)
dramatiq.set_broker(broker)
actor: Any = dramatiq.actor(work, queue_name=DRAMATIQ_QUEUE)
sqlmodel_actor: Any = dramatiq.actor(work_in_session, queue_name=SQLMODEL_QUEUE)


def rq_queue(redis: Redis) -> Queue:
    """RQ's queue, as quick as it gets: JSON in place of pickle."""
    return Queue(RQ_QUEUE, connection=redis, serializer=JSONSerializer)


def rq_enqueue(queue: Queue, *arguments: object) -> None:
    """Queue one operation; nothing of it is kept once it is done."""
    queue.enqueue(RQ_FUNCTION, *arguments, result_ttl=0, description="")


def main() -> None:
    """Run RQ jobs in this process, without a fork for each."""
    with Redis.from_url(load_settings().redis_url) as redis:
        worker = SimpleWorker([rq_queue(redis)], connection=redis, serializer=JSONSerializer)
        worker.log_job_description = False
        worker.work(logging_level="WARNING")


if __name__ == "__main__":
    main()
