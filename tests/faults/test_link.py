"""A link forwards; told to lose an answer, it forwards the request and says nothing back."""

from collections.abc import Iterator

import pytest
import redis

from tests.faults.link import Link, Links, SocketFile
from tests.services.redis_process import RedisProcess


@pytest.fixture
def link(own_redis: RedisProcess) -> Iterator[Link]:
    """A way to a Redis of this test's own."""
    with Links() as links:
        yield links.to("redis", SocketFile(own_redis.server.socket))


@pytest.fixture
def client(link: Link) -> Iterator[redis.Redis]:
    """A client that asks once, over the link."""
    retry = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
    with redis.Redis(port=link.port, retry=retry, socket_timeout=10) as client:
        yield client


def test_what_is_asked_over_a_link_is_answered(client: redis.Redis) -> None:
    assert client.incr("n") == 1


def test_a_lost_answer_is_that_of_a_request_that_was_carried_out(
    link: Link, client: redis.Redis
) -> None:
    client.ping()
    link.lose_answers(1, of=b"INCR")
    assert client.get("n") is None
    with pytest.raises(redis.ConnectionError):
        client.incr("n")
    assert client.get("n") == b"1"


def test_what_is_said_over_a_silent_connection_is_lost_and_it_stays_open(
    link: Link, client: redis.Redis
) -> None:
    subscription = client.pubsub()  # type: ignore[no-untyped-call]
    subscription.subscribe("news")
    assert subscription.get_message(timeout=10)
    link.fall_silent()
    with redis.Redis(port=link.port) as later:
        assert later.publish("news", "lost") == 1
    assert subscription.get_message(timeout=0.1) is None
    subscription.close()


def test_a_cut_ends_the_connections_that_are_there(link: Link, client: redis.Redis) -> None:
    subscription = client.pubsub()  # type: ignore[no-untyped-call]
    subscription.subscribe("nothing")
    assert subscription.get_message(timeout=10)
    link.cut()
    with pytest.raises(redis.ConnectionError):
        subscription.get_message(timeout=10)
    subscription.close()


def test_whose_server_is_away_is_cut_off(own_redis: RedisProcess, client: redis.Redis) -> None:
    own_redis.kill()
    with pytest.raises(redis.ConnectionError):
        client.ping()
    own_redis.start()
    assert client.ping()
