"""What Redis is told meanwhile is done in order, and its answers are nobody else's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from tests.integration.mailbox.world import NO_LINGER, Busy, World
from tests.services.redis_process import RedisProcess
from workers.drain_terms import Clock
from workers.mailbox.connection import connect
from workers.mailbox.envelope import QueuedOperation
from workers.mailbox.meanwhile import Meanwhile


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url, 5.0) as client:
        yield client


def test_answers_come_in_the_order_of_the_commands_and_errors_among_them(redis: Redis) -> None:
    meanwhile = Meanwhile(redis)
    meanwhile.send("SET", "word", "a")
    meanwhile.send("INCR", "word")
    meanwhile.send("GET", "word")
    done, refused, word = meanwhile.answers()
    assert (done, word) == (b"OK", b"a")
    assert isinstance(refused, ResponseError)
    assert meanwhile.answers() == []


def test_forgotten_answers_are_not_taken_for_later_ones(redis: Redis) -> None:
    meanwhile = Meanwhile(redis)
    meanwhile.send("ECHO", "old")
    assert meanwhile.forget() == []
    meanwhile.send("ECHO", "new")
    assert meanwhile.answers() == [b"new"]
    assert redis.echo("other") == b"other"


def test_what_redis_refused_is_told_by_who_forgets_the_rest(redis: Redis) -> None:
    meanwhile = Meanwhile(redis)
    meanwhile.send("SET", "word", "a")
    meanwhile.send("INCR", "word")
    assert [type(error) for error in meanwhile.forget()] == [ResponseError]


@contextmanager
def _unanswered(own_redis: RedisProcess) -> Iterator[Meanwhile]:
    """While entered, a command waits that Redis never answers; later ones it does answer."""
    with connect(own_redis.url, 2.0) as redis:
        meanwhile = Meanwhile(redis)
        redis.ping()
        own_redis.pause()
        meanwhile.send("ECHO", "never told")
        own_redis.kill()
        yield meanwhile
        own_redis.start()
        meanwhile.send("ECHO", "back")
        assert meanwhile.answers() == [b"back"]


def test_where_redis_has_gone_answers_say_so_and_the_next_ones_come(
    own_redis: RedisProcess,
) -> None:
    with _unanswered(own_redis) as meanwhile, pytest.raises(RedisConnectionError):
        meanwhile.answers()


def test_to_forget_does_not_ask_whether_redis_is_there(own_redis: RedisProcess) -> None:
    with _unanswered(own_redis) as meanwhile:
        assert [type(error) for error in meanwhile.forget()] == [RedisConnectionError]


def _busy_drain(world: World, *, then: type[BaseException] | None = None) -> list[int]:
    """Drains four in twos while more arrive; returns how many waited when each was applied."""
    waited: list[int] = []

    def look(batch: Sequence[QueuedOperation]) -> None:
        waited.append(world.left())
        if len(waited) == 3 and then is not None:
            raise then

    world.ledger.before_apply = look
    drain = world.drain(
        type(NO_LINGER)(batch_size=2, slice_s=60.0, max_s=60.0, linger_s=0.0),
        clock=Clock(pause=lambda _, __: None),
    )
    drain.run("p")
    return waited


def test_in_a_busy_mailbox_each_batch_is_gone_before_the_next_one_is_read(world: World) -> None:
    world.put(*"abcdefg")
    assert _busy_drain(world) == [7, 5, 3, 1]
    assert world.ledger.applied == list("abcdefg")
    assert world.left() == 0


def test_it_is_gone_too_where_the_next_one_fails(world: World) -> None:
    world.put(*"abcdefg")
    assert _busy_drain(world, then=Busy)[:4] == [7, 5, 3, 3]
    assert world.ledger.applied[:4] == list("abcd")


def test_a_redis_that_has_forgotten_the_script_is_told_it_again(world: World) -> None:
    world.put(*"abcdef")
    forgotten: list[object] = []

    def forget(batch: Sequence[QueuedOperation]) -> None:
        forgotten.append(world.redis.script_flush())

    world.ledger.before_apply = forget
    drain = world.drain(type(NO_LINGER)(batch_size=2, slice_s=60.0, max_s=60.0, linger_s=0.0))
    drain.run("p")
    assert world.ledger.batches == [2, 2, 2]
    assert world.left() == 0
