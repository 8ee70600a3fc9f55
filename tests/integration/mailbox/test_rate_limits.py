"""Token buckets in the script of acceptance: counted by Redis' clock, and never in the way when
they cannot be counted (contract §4, Load).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from redis import Redis

from tests.integration.mailbox.conftest import OpenPost
from tests.integration.mailbox.world import LIMITS, TIMEOUT_S, World, envelope
from tests.services.redis_process import RedisProcess
from workers.mailbox.answers import Accepted, Answer, MailboxFull, RateLimited, Replay
from workers.mailbox.buckets import Allowance, Bucket, bucket, bucket_limit
from workers.mailbox.connection import MailboxUnavailable, connect_async
from workers.mailbox.post import Post

pytestmark = pytest.mark.anyio

SLOW = bucket_limit(rate_per_s=0.01, burst=3)
"""Nothing comes back while a test runs."""
ONE = bucket_limit(rate_per_s=0.01, burst=1)
PROJECT = bucket("p", "project", SLOW)
ANN = bucket("p", "visitor", ONE, "ann")
BOB = bucket("p", "visitor", ONE, "bob")


async def asked(post: Post, *buckets: Bucket, **fields: Any) -> Answer:
    return await post.accept("p", envelope(**fields), Allowance([buckets]))


def told(answer: Answer) -> tuple[str, int]:
    """Which bucket is empty, and for how many seconds."""
    assert isinstance(answer, RateLimited)
    return answer.bucket, answer.retry_after_s


def kinds(answers: Sequence[Answer]) -> list[type]:
    return [type(each) for each in answers]


async def test_a_burst_passes_and_what_is_more_is_told_when_to_come_again(
    post: Post, world: World
) -> None:
    answers = [await asked(post, PROJECT) for _ in range(5)]
    assert kinds(answers) == [Accepted] * 3 + [RateLimited] * 2
    assert told(answers[3]) == ("project", 100)
    assert world.mailbox.length("p") == 3


async def test_calls_of_one_trip_share_what_is_left(post: Post) -> None:
    answers = await asyncio.gather(*(asked(post, PROJECT) for _ in range(50)))
    assert kinds(answers).count(Accepted) == 3


async def test_each_operation_of_a_batch_is_judged_by_its_own_visitor(
    post: Post, world: World
) -> None:
    allowance = Allowance([[PROJECT, who] for who in (ANN, ANN, BOB, BOB)])
    names = ("a1", "a2", "b1", "b2")
    answers = await post.accept_many("p", [envelope(each) for each in names], allowance=allowance)
    assert kinds(answers) == [Accepted, RateLimited, Accepted, RateLimited]
    assert [each.envelope.payload["name"] for each in world.mailbox.head("p", 9).entries] == [
        "a1",
        "b1",
    ]
    assert [level.remaining for level in allowance.levels] == [1, 0, 0]


@pytest.mark.parametrize("slower", ["project", "visitor"])
async def test_of_two_empty_buckets_the_one_that_is_empty_for_longest_says_when_to_come_again(
    post: Post, slower: str
) -> None:
    rates = {"project": 1.0, "visitor": 1.0, slower: 0.01}
    both = [bucket("p", "project", bucket_limit(rates["project"], 1))]
    both += [bucket("p", "visitor", bucket_limit(rates["visitor"], 1), "ann")]
    assert isinstance(await asked(post, *both), Accepted)
    assert told(await asked(post, *both)) == (slower, 100)


async def test_who_is_refused_by_one_bucket_takes_nothing_from_the_others(post: Post) -> None:
    for _ in range(9):
        await asked(post, PROJECT, ANN)
    allowance = Allowance([[PROJECT]])
    await post.accept("p", envelope(), allowance)
    assert [level.remaining for level in allowance.levels] == [1]


async def test_tokens_come_back_with_time(post: Post) -> None:
    fast = bucket("p", "project", bucket_limit(rate_per_s=200, burst=1))
    async with asyncio.timeout(10):
        taken = 0
        while taken < 4:
            taken += isinstance(await asked(post, fast), Accepted)
    assert taken == 4


async def test_a_bucket_is_forgotten_when_it_is_full_again(post: Post, redis_url: str) -> None:
    await asked(post, PROJECT)
    with Redis.from_url(redis_url) as redis:
        assert 90_000 < redis.pttl(PROJECT.key) <= 100_002


async def test_under_another_limit_as_many_operations_are_owed_as_before(post: Post) -> None:
    for _ in range(2):
        await asked(post, PROJECT)
    wider = bucket("p", "project", bucket_limit(rate_per_s=0.001, burst=10))
    await post.accept("p", envelope(), allowance := Allowance([[wider]]))
    assert [level.remaining for level in allowance.levels] == [7]
    assert told(await asked(post, PROJECT)) == ("project", 100)


async def test_a_raised_limit_gives_tokens_back_at_its_own_pace(post: Post) -> None:
    slow = bucket("p", "project", bucket_limit(rate_per_s=0.01, burst=1))
    fast = bucket("p", "project", bucket_limit(rate_per_s=20, burst=1))
    assert kinds([await asked(post, slow) for _ in range(2)]) == [Accepted, RateLimited]
    async with asyncio.timeout(10):
        while not isinstance(await asked(post, fast), Accepted):
            continue


async def test_a_full_mailbox_takes_no_tokens(open_post: OpenPost) -> None:
    post = open_post(replace(LIMITS, mailbox_max_entries=1))
    answers = [await asked(post, PROJECT) for _ in range(4)]
    assert kinds(answers) == [Accepted, *[MailboxFull] * 3]
    other = await post.accept("q", envelope(), allowance := Allowance([[PROJECT]]))
    assert isinstance(other, Accepted)
    assert [level.remaining for level in allowance.levels] == [1]


async def test_a_repeat_counts_like_any_call(post: Post) -> None:
    answers = [await asked(post, PROJECT, idempotency_key="k") for _ in range(4)]
    assert kinds(answers) == [Accepted, Replay, Replay, RateLimited]


class Failures:
    """A meter that keeps how many buckets failed."""

    def __init__(self) -> None:
        self.buckets = 0

    def answered(self, at: str, took_s: float) -> None:
        return

    def failed(self, error: MailboxUnavailable) -> None:
        raise error

    def limiter_failed(self, buckets: int) -> None:
        self.buckets += buckets


def break_with_a_list(redis: Redis) -> None:
    redis.rpush(PROJECT.key, "junk")


def break_with_a_word(redis: Redis) -> None:
    redis.set(PROJECT.key, "junk")


@pytest.mark.parametrize("broken", [break_with_a_list, break_with_a_word])
async def test_a_bucket_that_cannot_be_read_stops_nobody_and_is_counted(
    redis_url: str, world: World, broken: Callable[[Redis], None]
) -> None:
    with Redis.from_url(redis_url) as redis:
        broken(redis)
    meter = Failures()
    async with connect_async(redis_url, TIMEOUT_S) as redis_of_edge:
        post = Post(redis_of_edge, LIMITS, meter)
        assert isinstance(await asked(post, PROJECT), Accepted)
        assert meter.buckets == 1
        # It is a bucket again from then on.
        answers = [await asked(post, PROJECT) for _ in range(3)]
        await post.aclose()
    assert kinds(answers) == [Accepted, Accepted, RateLimited]
    assert meter.buckets == 1


async def test_buckets_that_redis_denies_stop_nobody_and_are_counted(
    own_redis: RedisProcess,
) -> None:
    with Redis.from_url(own_redis.url) as redis:
        keys = ["~mailbox:*", "~bulk:*", "~bytes:*", "~wake:*", "~ready", "~bells", "~rq:*"]
        rules = ["on", ">secret", "allchannels", "+@all", *keys]
        redis.execute_command("ACL", "SETUSER", "without-buckets", *rules)
    meter = Failures()
    path = own_redis.url.removeprefix("unix://")
    url = f"unix://without-buckets@{path}?password=secret"
    async with connect_async(url, TIMEOUT_S) as redis_of_edge:
        post = Post(redis_of_edge, LIMITS, meter)
        answers = [await asked(post, PROJECT) for _ in range(5)]
        await post.aclose()
    assert kinds(answers) == [Accepted] * 5
    # Neither could it be read nor written.
    assert meter.buckets == 10
