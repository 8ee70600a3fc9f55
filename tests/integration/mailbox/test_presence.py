"""Which worker processes live is known, soon also of one that was killed (contract §13)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from ingest_api.cli.diagnosis.of_workers import check_workers
from tests.integration.mailbox.world import TIMEOUT_S
from tests.services.processes import Services
from tests.services.redis_process import RedisProcess
from tests.services.waiting import wait_until
from workers.mailbox import layout
from workers.mailbox.connection import RedisFull, connect, connect_async
from workers.mailbox.overview import look
from workers.presence import GONE_AFTER_S, Presence

pytestmark = pytest.mark.anyio


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url, TIMEOUT_S) as redis:
        yield redis


async def counted(redis_url: str) -> int | None:
    redis = connect_async(redis_url, TIMEOUT_S)
    try:
        return (await look(redis)).workers
    finally:
        await redis.aclose()


def announced(redis: Redis) -> list[bytes]:
    return sorted(redis.smembers(layout.WORKERS))  # type: ignore[arg-type]


async def test_a_worker_process_counts_while_it_lives(redis_url: str, redis: Redis) -> None:
    one, other = (Presence(redis_url, TIMEOUT_S) for _ in range(2))
    with one.kept_up(), other.kept_up():
        wait_until(lambda: len(announced(redis)) == 2, what="both said so")
        assert await counted(redis_url) == 2
    assert await counted(redis_url) == 0
    assert announced(redis) == []


async def test_a_worker_that_was_killed_with_its_parent_counts_for_seconds_only(
    redis_url: str, sqlite_url: str, tmp_path: Path, redis: Redis
) -> None:
    with Services(redis_url, sqlite_url, tmp_path) as services:
        worker = services.start_worker(worker_processes=2)
        wait_until(lambda: len(announced(redis)) == 2, what="both live")
        worker.kill()
    left_ms: list[int] = [redis.pttl(key) for key in announced(redis)]
    assert all(0 < each <= GONE_AFTER_S * 1000 for each in left_ms)
    assert len(left_ms) == 2
    for key in announced(redis):
        redis.pexpire(key, 0)
    assert await counted(redis_url) == 0
    assert check_workers(redis)[0].status == "warn"


def test_the_next_one_strikes_out_who_went_without_a_word(redis_url: str, redis: Redis) -> None:
    gone, other = (Presence(redis_url, TIMEOUT_S) for _ in range(2))
    gone.beat()
    redis.delete(*announced(redis))
    other.beat()
    (left,) = announced(redis)
    assert redis.exists(left)


def test_one_that_stood_still_for_long_counts_again(redis_url: str, redis: Redis) -> None:
    presence = Presence(redis_url, TIMEOUT_S)
    presence.beat()
    redis.delete(*announced(redis))
    presence.beat()
    assert check_workers(redis)[1] == 1


def test_in_a_full_redis_who_lives_counts_on(own_redis: RedisProcess) -> None:
    presence, newcomer = (Presence(own_redis.url, TIMEOUT_S) for _ in range(2))
    with connect(own_redis.url, TIMEOUT_S) as redis:
        presence.beat()
        redis.config_set("maxmemory", 1)
        (key,) = announced(redis)
        redis.pexpire(key, 500)
        presence.beat()
        assert int(redis.pttl(key)) > 500
        with pytest.raises(RedisFull):
            newcomer.beat()
