"""The worker's half: reads the head, deletes exactly what it is told, lingers until one stirs."""

import threading
from collections.abc import Sequence

import pytest
from redis.client import PubSub

from tests.integration.mailbox.conftest import OpenPost
from tests.integration.mailbox.world import LIMITS, World, envelope
from tests.services.waiting import wait_until
from workers.mailbox.collect import Stir
from workers.mailbox.envelope import QueuedOperation
from workers.mailbox.layout import BELLS, LANES, READY, Lane, other_lane, stream_key

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
    assert world.mailbox.delete("p", [b]) == {"live": 2, "bulk": 0}
    assert world.mailbox.head("p", 9).entries == [a, c]
    assert world.redis.get("bytes:p") == str(a.size_bytes + c.size_bytes).encode()
    assert world.mailbox.delete("p", [b, a]) == {"live": 1, "bulk": 0}
    assert world.redis.get("bytes:p") == str(c.size_bytes).encode()
    assert world.redis.zscore(READY, "p") == c.accepted_at_ms


async def test_both_lanes_share_the_counters_and_the_place_among_the_ready(
    open_post: OpenPost, world: World
) -> None:
    post = open_post(LIMITS)
    await post.accept_many("p", [envelope("first")], "bulk")
    await _fill(open_post, "a", "b")
    await post.accept_many("p", [envelope("last")], "bulk")
    live, bulk = (world.mailbox.head("p", 9, lane).entries for lane in LANES)
    assert world.redis.get("bytes:p") == str(_size_bytes([*live, *bulk])).encode()
    assert world.mailbox.delete("p", live) == {"live": 0, "bulk": 2}
    assert world.redis.zscore(READY, "p") == bulk[0].accepted_at_ms
    assert world.mailbox.delete("p", bulk[:1]) == {"live": 0, "bulk": 1}
    assert world.redis.zscore(READY, "p") == bulk[1].accepted_at_ms
    assert world.redis.get("bytes:p") == str(_size_bytes(bulk[1:])).encode()
    assert world.mailbox.delete("p", bulk) == {"live": 0, "bulk": 0}
    assert not world.redis.exists("bytes:p", READY)


@pytest.mark.parametrize("older", LANES)
def test_a_mailbox_is_ready_since_its_oldest_entry_came_whatever_the_lane(
    world: World, older: Lane
) -> None:
    for lane, ms in ((older, 5), (other_lane(older), 9)):
        for number in (0, 1):
            world.redis.xadd(stream_key("p", lane), {"e": b"{}"}, id=f"{ms + number}-0")
    world.mailbox.delete("p", world.mailbox.head("p", 1, older).entries)
    assert world.redis.zscore(READY, "p") == 6
    world.mailbox.delete("p", world.mailbox.head("p", 1, older).entries)
    assert world.redis.zscore(READY, "p") == 9


async def test_an_emptied_mailbox_is_not_ready_and_counts_nothing(
    open_post: OpenPost, world: World
) -> None:
    await _fill(open_post, "a")
    world.redis.set("bytes:p", 777)
    assert not any(world.mailbox.delete("p", world.mailbox.head("p", 9).entries).values())
    assert world.redis.zscore(READY, "p") is None
    assert world.redis.get("bytes:p") is None


def test_deleting_works_when_redis_forgot_the_script(world: World) -> None:
    world.put("a", "b")
    world.mailbox.delete("p", world.mailbox.head("p", 1).entries)
    world.redis.script_flush()
    assert not any(world.mailbox.delete("p", world.mailbox.head("p", 1).entries).values())


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


def _size_bytes(entries: Sequence[QueuedOperation]) -> int:
    return sum(entry.size_bytes for entry in entries)


def _lingering(world: World, bell_id: str) -> "tuple[threading.Thread, list[Stir]]":
    heard: list[Stir] = []

    def linger() -> None:
        heard.append(world.mailbox.linger("p", bell_id, 4.0))

    thread = threading.Thread(target=linger)
    thread.start()
    wait_until(
        lambda: any(c["cmd"] == "xread" for c in world.redis.client_list()), what="it lingers"
    )
    return thread, heard


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("emptied", [False, True])
def test_an_entry_of_any_lane_ends_a_linger(world: World, lane: Lane, emptied: bool) -> None:
    if emptied:
        world.put("a", lane=lane)
        world.mailbox.delete("p", world.mailbox.head("p", 1, lane).entries)
    thread, heard = _lingering(world, "0-0")
    world.put("b", lane=lane)
    thread.join(4)
    assert heard == [Stir.ENTRY]


@pytest.mark.parametrize("lane", LANES)
def test_an_entry_that_came_before_the_linger_is_not_missed(world: World, lane: Lane) -> None:
    world.put("a", lane=lane)
    assert world.mailbox.linger("p", "0-0", 4.0) is Stir.ENTRY


def test_a_bell_ends_a_linger(world: World) -> None:
    world.ring()
    thread, heard = _lingering(world, world.mailbox.head("p", 1).bell_id)
    world.ring()
    thread.join(4)
    assert heard == [Stir.BELL]


def test_a_bell_that_was_rung_since_the_head_was_read_is_not_missed(world: World) -> None:
    bell_id = world.mailbox.head("p", 1).bell_id
    world.ring()
    assert world.mailbox.linger("p", bell_id, 4.0) is Stir.BELL


def test_a_linger_ends_quietly_and_keeps_the_token(world: World) -> None:
    assert world.mailbox.linger("p", "0-0", 0.01) is Stir.QUIET
    assert world.has_token()
    assert not world.redis.exists(BELLS)
