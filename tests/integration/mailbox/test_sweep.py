"""The sweeper on a real Redis: what is stranded is woken, once, by one of them."""

from typing import Any

import pytest
from redis import Redis

from tests.integration.mailbox.world import World, envelope
from tests.services.redis_process import RedisProcess
from workers.mailbox.connection import MailboxUnavailable, RedisFull, connect
from workers.mailbox.drain_job import project_of
from workers.mailbox.envelope import Envelope
from workers.mailbox.layout import READY
from workers.mailbox.post import Post
from workers.sweep import Mending, Sweeper


def _sweeper(world: World) -> Sweeper:
    return Sweeper(world.redis, world.wake, world.drain().run, 1.0, world.stop)


def test_a_waiting_mailbox_without_token_or_job_is_woken_once(world: World) -> None:
    world.put("a")
    assert _sweeper(world).sweep() == Mending(("p",), ())
    world.redis.delete("sweep")
    assert _sweeper(world).sweep() == Mending((), ())
    assert [project_of(job) for job in world.wake.queued_jobs()] == ["p"]
    assert world.has_token()


def test_of_several_sweepers_one_sweeps_at_a_time(world: World) -> None:
    world.put("a")
    assert _sweeper(world).sweep() is not None
    assert _sweeper(world).sweep() is None
    assert 0 < world.redis.pttl("sweep") < 1000


@pytest.mark.anyio
async def test_all_keys_of_rq_may_be_deleted_and_the_sweeper_brings_the_job_back(
    post: Post, world: World
) -> None:
    sent: Envelope = envelope("kept")
    await post.accept("p", sent)
    await post.aclose()
    world.redis.delete(*world.redis.keys("rq:*"))
    world.redis.delete("wake:p")  # as its expiry does
    _sweeper(world).sweep()
    assert [project_of(job) for job in world.wake.queued_jobs()] == ["p"]
    world.drain().run("p")
    assert world.ledger.applied == ["kept"]


@pytest.mark.anyio
async def test_a_lost_job_is_queued_again_at_the_second_look_long_before_its_token_expires(
    post: Post, world: World
) -> None:
    await post.accept("p", envelope("kept"))
    await post.aclose()
    world.redis.delete(*world.redis.keys("rq:*"))
    sweeper = _sweeper(world)
    sweeper.sweep()
    assert world.wake.queued_jobs() == []
    world.redis.delete("sweep")
    sweeper.sweep()
    assert [project_of(job) for job in world.wake.queued_jobs()] == ["p"]
    world.drain().run("p")
    assert world.ledger.applied == ["kept"]
    assert not world.has_token()


def test_a_drain_that_has_begun_is_no_lost_job(world: World) -> None:
    world.put("a")
    assert world.wake.take("p")
    sweeper = _sweeper(world)
    sweeper.sweep()
    world.mailbox.head("p", 1)
    world.redis.delete("sweep")
    assert sweeper.sweep() == Mending((), ())


def test_jobs_that_piled_up_are_thinned_to_the_first_of_each_project(world: World) -> None:
    for project in ("a", "b", "a", "a", "b"):
        world.wake.enqueue(project)
    first, second, *_ = world.wake.queued_jobs()
    _sweeper(world).sweep()
    assert world.wake.queued_jobs() == [first, second]
    assert len(world.redis.keys("rq:job:*")) == 2


def test_the_sweeper_survives_an_outage_and_ends_when_told(own_redis: RedisProcess) -> None:
    redis = connect(own_redis.url, 0.2)
    world = World(own_redis.url)
    own_redis.kill()
    sweeper = Sweeper(redis, world.wake, world.drain().run, 0.01, world.stop)
    with pytest.raises(MailboxUnavailable):
        sweeper.sweep()
    world.stop.set()
    sweeper.run()
    assert world.stop.is_set()
    redis.close()
    world.close()


def test_a_full_redis_is_drained_whatever_tokens_and_jobs_say(own_redis: RedisProcess) -> None:
    world = World(own_redis.url)
    for name in ("first", "second"):
        world.put(name)
    world.wake.enqueue("p")
    world.redis.config_set("maxmemory", 1)
    with pytest.raises(RedisFull):
        world.wake.take("other")
    _sweeper(world).sweep()
    assert world.ledger.applied == ["first", "second"]
    assert world.redis.xlen("mailbox:p") == 0


class _Emptied(Redis):
    """Of a sweeper between whose looks a drain empties the mailbox and gives the token back."""

    def mget(self, *asked: Any) -> Any:
        seen = super().mget(*asked)
        self.delete("mailbox:p")
        self.zrem(READY, "p")
        return seen


def test_a_mailbox_that_was_emptied_between_two_looks_is_not_woken(
    world: World, redis_url: str
) -> None:
    world.put("a")
    with _Emptied.from_url(redis_url) as redis:
        Sweeper(redis, world.wake, world.drain().run, 1.0, world.stop).sweep()
    assert world.wake.queued_jobs() == []
    assert not world.has_token()
