"""The job that acceptance queues is, to RQ, one that RQ has queued itself."""

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from tests.integration.mailbox.world import World, envelope
from workers.mailbox.answers import Accepted
from workers.mailbox.drain_job import QUEUE_KEY, QUEUE_NAME
from workers.mailbox.post import Post

pytestmark = pytest.mark.anyio


def _jobs(redis: Redis) -> list[Job]:
    queue = Queue(QUEUE_NAME, connection=redis, serializer=JSONSerializer)
    return queue.get_jobs()


def _all_but_times(job: Job) -> dict[str, object]:
    stored = {**job.to_dict(), "data": job.data, "status": str(job.get_status())}
    stored["project"] = job.id.rpartition("-")[0]
    return {name: each for name, each in stored.items() if not name.endswith("_at")}


async def test_rq_reads_it_as_one_of_its_own(post: Post, world: World, redis_url: str) -> None:
    await post.accept("p", envelope())
    world.wake.enqueue("p")
    with Redis.from_url(redis_url) as redis:
        ours, its_own = _jobs(redis)
        assert (ours.func_name, ours.args) == (its_own.func_name, ["p"])
        assert _all_but_times(ours) == _all_but_times(its_own)
        assert ours.created_at <= its_own.created_at
        assert ours.enqueued_at is not None
        assert Queue.all(connection=redis, serializer=JSONSerializer) == [Queue(QUEUE_NAME, redis)]


async def test_a_queue_that_cannot_be_written_costs_no_caller_his_answer(
    post: Post, world: World, redis_url: str
) -> None:
    with Redis.from_url(redis_url) as redis:
        redis.set(QUEUE_KEY, "no list")
    assert isinstance(await post.accept("p", envelope()), Accepted)
    assert world.mailbox.length("p") == 1
