"""The worker's half: reads the head, deletes exactly what it is told, lingers until one stirs."""

import threading

import pytest
from redis.client import PubSub

from tests.integration.mailbox.conftest import OpenPost
from tests.integration.mailbox.world import LIMITS, World, envelope
from tests.services.waiting import wait_until
from workers.mailbox.collect import Stir
from workers.mailbox.layout import BELLS, READY, encode, mailbox_key

pytestmark = pytest.mark.anyio


async def _fill(open_post: OpenPost, *names: str) -> None:
    post = open_post(LIMITS)
    for name in names:
        await post.accept("p", envelope(name))


async def test_only_the_named_entries_are_deleted_and_the_counters_follow(
    open_post: OpenPost, world: World
) -> None:
    await _fill(open_post, "a", "b", "c")
    a, b, c = world.mailbox.head("p", 9).entries
    assert world.mailbox.delete("p", [b]) == 2
    assert world.mailbox.head("p", 9).entries == [a, c]
    assert world.redis.get("bytes:p") == str(a.size_bytes + c.size_bytes).encode()
    assert world.mailbox.delete("p", [b, a]) == 1
    assert world.redis.get("bytes:p") == str(c.size_bytes).encode()
    assert world.redis.zscore(READY, "p") == c.accepted_at_ms


async def test_an_emptied_mailbox_is_not_ready_and_counts_nothing(
    open_post: OpenPost, world: World
) -> None:
    await _fill(open_post, "a")
    world.redis.set("bytes:p", 777)
    assert world.mailbox.delete("p", world.mailbox.head("p", 9).entries) == 0
    assert world.redis.zscore(READY, "p") is None
    assert world.redis.get("bytes:p") is None


def test_deleting_works_when_redis_forgot_the_script(world: World) -> None:
    world.put("a", "b")
    world.mailbox.delete("p", world.mailbox.head("p", 1).entries)
    world.redis.script_flush()
    assert world.mailbox.delete("p", world.mailbox.head("p", 1).entries) == 0


def test_reading_the_head_takes_nothing_away_and_holds_the_token(world: World) -> None:
    world.put("a", "b", "c")
    first = world.mailbox.head("p", 2)
    assert [entry.envelope.payload["name"] for entry in first.entries] == ["a", "b"]
    assert world.mailbox.head("p", 2) == first
    assert world.has_token()


def test_one_message_an_edge_tells_all_of_its_waiting_callers(world: World) -> None:
    with PubSub(world.redis.connection_pool, ignore_subscribe_messages=True) as heard:
        heard.subscribe("outcomes:one", "outcomes:two")
        for reply_to in ("one", "two", None, "one"):
            world.put("x", reply_to=reply_to)
        world.drain().run("p")
        messages: list[bytes] = []

        def two_came() -> bool:
            message = heard.get_message(timeout=0.1)
            messages.extend([message["channel"]] if message else [])
            return len(messages) == 2

        wait_until(two_came, what="two messages")
        assert sorted(messages) == [b"outcomes:one", b"outcomes:two"]
        assert heard.get_message(timeout=0.05) is None


def _lingering(world: World, entry_id: str, bell_id: str) -> "tuple[threading.Thread, list[Stir]]":
    heard: list[Stir] = []

    def linger() -> None:
        heard.append(world.mailbox.linger("p", entry_id, bell_id, 4.0))

    thread = threading.Thread(target=linger)
    thread.start()
    wait_until(
        lambda: any(c["cmd"] == "xread" for c in world.redis.client_list()), what="it lingers"
    )
    return thread, heard


def test_an_entry_ends_a_linger(world: World) -> None:
    (last,) = world.put("a")
    thread, heard = _lingering(world, last, "0-0")
    world.redis.xadd(mailbox_key("p"), {"e": encode(envelope())})
    thread.join(4)
    assert heard == [Stir.ENTRY]


def test_a_bell_ends_a_linger(world: World) -> None:
    (last,) = world.put("a")
    world.ring()
    thread, heard = _lingering(world, last, world.mailbox.head("p", 1).bell_id)
    world.ring()
    thread.join(4)
    assert heard == [Stir.BELL]


def test_a_bell_that_was_rung_since_the_head_was_read_is_not_missed(world: World) -> None:
    (last,) = world.put("a")
    bell_id = world.mailbox.head("p", 1).bell_id
    world.ring()
    assert world.mailbox.linger("p", last, bell_id, 4.0) is Stir.BELL


def test_a_linger_ends_quietly_and_keeps_the_token(world: World) -> None:
    (last,) = world.put("a")
    assert world.mailbox.linger("p", last, "0-0", 0.01) is Stir.QUIET
    assert world.has_token()
    assert not world.redis.exists(BELLS)
