"""The edge's half: entries go in once, in order and within the caps, or their callers are told."""

import asyncio
from dataclasses import replace

import pytest

from tests.integration.mailbox.conftest import OpenPost
from tests.integration.mailbox.world import LIMITS, World, envelope, let_others_run
from tests.integration.unmetered import uncounted
from tests.services.redis_process import RedisProcess
from workers.mailbox.answers import Accepted, Answer, KeyReused, MailboxFull, Replay
from workers.mailbox.connection import MailboxUnavailable, connect, connect_async
from workers.mailbox.drain_job import project_of
from workers.mailbox.envelope import encode
from workers.mailbox.layout import LANES, Lane, stream_key
from workers.mailbox.operation_ids import operation_id
from workers.mailbox.post import Post
from workers.mailbox.round_trips import MAX_TRIP_ENTRIES

pytestmark = pytest.mark.anyio


async def test_concurrent_calls_enter_in_the_order_in_which_they_were_made(
    post: Post, world: World
) -> None:
    names = [f"{n}" for n in range(1500)]
    answers = await asyncio.gather(*(post.accept("p", envelope(name)) for name in names))
    entries = world.mailbox.head("p", 2000).entries
    assert [entry.envelope.payload["name"] for entry in entries] == names
    ids = [answer.operation_id for answer in answers if isinstance(answer, Accepted)]
    assert ids == [entry.operation_id for entry in entries] == sorted(ids)


async def test_calls_that_arrive_together_share_their_round_trips(post: Post, world: World) -> None:
    await post.accept("p", envelope())
    before = _scripts_run(world)
    await asyncio.gather(*(post.accept("p", envelope()) for _ in range(1000)))
    assert _scripts_run(world) - before <= 1 + 1000 / MAX_TRIP_ENTRIES


async def test_what_one_call_brings_goes_in_with_one_script_and_undivided(
    post: Post, world: World
) -> None:
    await post.accept("p", envelope())
    before = _scripts_run(world)
    names = [f"{n}" for n in range(1500)]
    # The first of them is under way while the others arrive.
    alone = asyncio.ensure_future(post.accept("p", envelope("alone")))
    await let_others_run()
    many, after = await asyncio.gather(
        post.accept_many("p", [envelope(name) for name in names]),
        post.accept("p", envelope("after")),
    )
    await alone
    entries = world.mailbox.head("p", 2000).entries[1:]
    assert [e.envelope.payload["name"] for e in entries] == ["alone", *names, "after"]
    ids = [each.operation_id for each in [*many, after] if isinstance(each, Accepted)]
    assert ids == [entry.operation_id for entry in entries[1:]]
    assert _scripts_run(world) - before == 3


async def test_many_that_do_not_all_fit_are_answered_each(open_post: OpenPost) -> None:
    post = open_post(replace(LIMITS, mailbox_max_entries=3))
    await post.accept("p", envelope(idempotency_key="k"))
    sent = [envelope(idempotency_key="k"), *(envelope() for _ in range(3))]
    answers = await post.accept_many("p", [*sent, envelope(idempotency_key="k")])
    assert [type(answer) for answer in answers] == [Replay, Accepted, Accepted, MailboxFull, Replay]


async def test_projects_share_a_round_trip_and_nothing_else(post: Post, world: World) -> None:
    await asyncio.gather(*(post.accept(f"p{n % 3}", envelope(str(n))) for n in range(30)))
    for place in range(3):
        names = [e.envelope.payload["name"] for e in world.mailbox.head(f"p{place}", 99).entries]
        assert names == [str(n) for n in range(place, 30, 3)]


async def test_the_same_key_with_the_same_content_is_the_same_operation(
    post: Post, world: World
) -> None:
    first, *others = await asyncio.gather(
        *(post.accept("p", envelope(idempotency_key="k 1:é")) for _ in range(50))
    )
    later = await post.accept("p", envelope(idempotency_key="k 1:é"))
    assert isinstance(first, Accepted)
    assert {*others, later} == {Replay(first.operation_id)}
    assert world.left() == 1


async def test_a_key_speaks_for_its_project_type_and_content_only(post: Post, world: World) -> None:
    first = await post.accept("p", envelope(idempotency_key="k"))
    assert isinstance(first, Accepted)
    assert isinstance(await post.accept("q", envelope(idempotency_key="k")), Accepted)
    other_type = envelope(idempotency_key="k", type="identify")
    assert isinstance(await post.accept("p", other_type), Accepted)
    other_content = envelope(idempotency_key="k", fingerprint="another")
    assert await post.accept("p", other_content) == KeyReused(first.operation_id)
    assert world.left() == 2


async def test_every_key_that_is_only_a_hint_expires(post: Post, world: World) -> None:
    await post.accept("p", envelope(idempotency_key="k"))
    lasting = {b"mailbox:p", b"bytes:p", b"ready", b"bells"}
    expiring = {key for key in world.redis.keys("*p*") if world.redis.ttl(key) > 0}
    assert {b"wake:p", b"key:p:track:k"} <= expiring
    assert not lasting & expiring


async def test_a_mailbox_takes_no_more_entries_than_its_cap(open_post: OpenPost) -> None:
    post = open_post(replace(LIMITS, mailbox_max_entries=3))
    answers = await asyncio.gather(*(post.accept("p", envelope()) for _ in range(5)))
    assert [type(answer) for answer in answers] == [Accepted] * 3 + [MailboxFull] * 2
    assert isinstance(await post.accept("q", envelope()), Accepted)


async def test_a_mailbox_takes_no_more_bytes_than_its_cap_until_some_are_deleted(
    open_post: OpenPost, world: World
) -> None:
    size_bytes = len(encode(envelope("same")))
    post = open_post(replace(LIMITS, mailbox_max_bytes=size_bytes * 2))
    answers = [await post.accept("p", envelope("same")) for _ in range(3)]
    assert [type(answer) for answer in answers] == [Accepted, Accepted, MailboxFull]
    world.mailbox.delete("p", world.mailbox.head("p", 1).entries)
    assert isinstance(await post.accept("p", envelope("same")), Accepted)


async def test_bulk_operations_fill_their_share_of_the_caps_and_live_ones_the_rest(
    open_post: OpenPost,
) -> None:
    post = open_post(replace(LIMITS, mailbox_max_entries=4, bulk_share=0.5))
    bulk = await post.accept_many("p", [envelope() for _ in range(3)], "bulk")
    live = await post.accept_many("p", [envelope() for _ in range(3)])
    assert [type(answer) for answer in bulk] == [Accepted, Accepted, MailboxFull]
    assert [type(answer) for answer in live] == [Accepted, Accepted, MailboxFull]


async def test_bulk_operations_have_no_share_of_what_live_ones_fill(open_post: OpenPost) -> None:
    post = open_post(replace(LIMITS, mailbox_max_entries=4, bulk_share=0.5))
    await post.accept_many("p", [envelope() for _ in range(2)])
    assert await post.accept_many("p", [envelope()], "bulk") == [MailboxFull()]


async def test_the_bytes_of_both_lanes_count_together(open_post: OpenPost) -> None:
    size_bytes = len(encode(envelope("same")))
    post = open_post(replace(LIMITS, mailbox_max_bytes=size_bytes * 3, bulk_share=0.7))
    sent = [envelope("same") for _ in range(3)]
    bulk = await post.accept_many("p", sent, "bulk")
    live = await post.accept_many("p", sent)
    assert [type(answer) for answer in bulk] == [Accepted, Accepted, MailboxFull]
    assert [type(answer) for answer in live] == [Accepted, MailboxFull, MailboxFull]


async def test_live_operations_wait_for_live_ones_and_bulk_operations_for_all(post: Post) -> None:
    bulk = await post.accept_many("p", [envelope() for _ in range(3)], "bulk")
    live = await post.accept_many("p", [envelope() for _ in range(2)])
    later = await post.accept_many("p", [envelope()], "bulk")
    assert [_depth(answers) for answers in (bulk, live, later)] == [3, 2, 6]


async def test_a_key_is_one_key_in_both_lanes(post: Post) -> None:
    (bulk,) = await post.accept_many("p", [envelope(idempotency_key="k")], "bulk")
    assert isinstance(bulk, Accepted)
    assert await post.accept("p", envelope(idempotency_key="k")) == Replay(bulk.operation_id)
    live = await post.accept("p", envelope(idempotency_key="l"))
    assert isinstance(live, Accepted)
    again = await post.accept_many("p", [envelope(idempotency_key="l")], "bulk")
    assert again == [Replay(live.operation_id)]


async def test_a_refused_entry_leaves_no_hint_so_that_its_retry_is_taken(
    open_post: OpenPost, world: World
) -> None:
    post = open_post(replace(LIMITS, mailbox_max_entries=1))
    await post.accept("p", envelope())
    assert await post.accept("p", envelope(idempotency_key="k")) == MailboxFull()
    world.mailbox.delete("p", world.mailbox.head("p", 1).entries)
    assert isinstance(await post.accept("p", envelope(idempotency_key="k")), Accepted)


async def test_the_first_entry_wakes_one_drain_and_rings_one_bell(post: Post, world: World) -> None:
    await asyncio.gather(*(post.accept("p", envelope()) for _ in range(20)))
    await post.accept("p", envelope())
    await post.aclose()
    assert [project_of(job) for job in world.wake.queued_jobs()] == ["p"]
    assert world.has_token()
    assert world.redis.xinfo_stream("bells")["entries-added"] == 1


async def test_a_queued_operation_is_found_by_its_id_in_its_own_project_only(
    post: Post, world: World
) -> None:
    sent = envelope("mine")
    answer = await post.accept("p", sent)
    assert isinstance(answer, Accepted)
    found = await post.queued("p", answer.operation_id)
    assert found is not None
    assert (found.envelope, found.accepted_at_ms) == (sent, answer.accepted_at_ms)
    assert await post.queued("q", answer.operation_id) is None
    assert await post.queued("p", answer.operation_id[:-14] + "0" * 14) is None
    assert await post.queued("p", "op_nonsense") is None
    world.mailbox.delete("p", [found])
    assert await post.queued("p", answer.operation_id) is None


async def test_queued_operations_of_both_lanes_are_found_though_their_entries_have_one_id(
    post: Post, world: World
) -> None:
    sent = {lane: envelope(lane) for lane in LANES}
    for lane, each in sent.items():
        world.redis.xadd(stream_key("p", lane), {"e": encode(each)}, id="7-0")
    for lane, each in sent.items():
        found = await post.queued("p", operation_id("7-0", each.nonce))
        assert found is not None
        assert (found.envelope, found.lane) == (each, lane)


async def test_a_redis_that_forgot_the_script_is_given_it_again(post: Post, world: World) -> None:
    await post.accept("p", envelope())
    world.redis.script_flush()
    assert isinstance(await post.accept("p", envelope()), Accepted)


async def test_a_caller_that_went_away_before_the_round_trip_enters_nothing(
    post: Post, world: World
) -> None:
    gone = asyncio.ensure_future(post.accept("p", envelope("gone")))
    await let_others_run()
    gone.cancel()
    await post.accept("p", envelope("stays"))
    names = [e.envelope.payload["name"] for e in world.mailbox.head("p", 9).entries]
    assert names == ["stays"]


async def test_without_redis_every_call_is_told_so_and_the_next_works_when_it_is_back(
    own_redis: RedisProcess,
) -> None:
    redis, sync = connect_async(own_redis.url, 1.0), connect(own_redis.url, 1.0)
    post = Post(redis, LIMITS, uncounted())
    assert isinstance(await post.accept("p", envelope()), Accepted)
    own_redis.kill()
    calls = [post.accept("p", envelope()) for _ in range(20)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(answer) for answer in answers} == {MailboxUnavailable}
    own_redis.start()
    assert isinstance(await post.accept("p", envelope()), Accepted)
    await post.aclose()
    await redis.aclose()
    sync.close()


async def test_a_silent_redis_holds_no_caller_longer_than_one_timeout(
    own_redis: RedisProcess,
) -> None:
    redis, sync = connect_async(own_redis.url, 0.4), connect(own_redis.url, 0.4)
    post = Post(redis, LIMITS, uncounted())
    await post.accept("p", envelope())
    own_redis.pause()
    began_s = asyncio.get_running_loop().time()
    first = asyncio.ensure_future(post.accept("p", envelope()))
    await let_others_run(2)
    second = asyncio.ensure_future(post.accept("p", envelope()))
    answers = await asyncio.gather(first, second, return_exceptions=True)
    spent_s = asyncio.get_running_loop().time() - began_s
    own_redis.resume()
    assert {type(answer) for answer in answers} == {MailboxUnavailable}
    assert spent_s < 0.4 * 1.9
    await post.aclose()
    await redis.aclose()
    sync.close()


async def test_a_full_redis_refuses_whole_entries(own_redis: RedisProcess) -> None:
    redis, sync = connect_async(own_redis.url, 1.0), connect(own_redis.url, 1.0)
    post = Post(redis, LIMITS, uncounted())
    sync.config_set("maxmemory", "1")
    with pytest.raises(MailboxUnavailable, match="OutOfMemoryError"):
        await post.accept("p", envelope(idempotency_key="k"))
    assert sync.keys("*") == []
    await post.aclose()
    await redis.aclose()
    sync.close()


def _depth(answers: list[Answer]) -> int:
    (depth,) = {answer.depth for answer in answers if isinstance(answer, Accepted)}
    return depth


def _scripts_run(world: World) -> int:
    stats = world.redis.info("commandstats")
    names = ("cmdstat_eval", "cmdstat_evalsha")
    return sum(stats[name]["calls"] for name in names if name in stats)


async def test_one_projects_flood_makes_nobody_else_wait_for_a_trip_more(post: Post) -> None:
    order: list[str] = []

    async def call(project_id: str) -> None:
        await post.accept(project_id, envelope())
        order.append(project_id)

    await asyncio.gather(*(call("loud") for _ in range(2_000)), call("quiet"))
    assert order.index("quiet") < MAX_TRIP_ENTRIES


async def test_projects_that_wait_have_their_turns_and_each_its_own_order(
    post: Post, world: World
) -> None:
    names = [f"{n}" for n in range(700)]
    projects = ("p", "q", "r")
    await asyncio.gather(
        *(post.accept(each, envelope(name)) for each in projects for name in names)
    )
    for each in projects:
        entries = world.mailbox.head(each, 1000).entries
        assert [entry.envelope.payload["name"] for entry in entries] == names


async def test_live_calls_overtake_bulk_ones_that_wait_for_a_trip(post: Post) -> None:
    await post.accept("p", envelope())
    in_order: list[str] = []

    async def send(name: str, lane: Lane) -> None:
        await post.accept_many("p", [envelope(name)] * MAX_TRIP_ENTRIES, lane=lane)
        in_order.append(name)

    under_way = asyncio.ensure_future(send("first", "bulk"))
    await let_others_run(2)
    await asyncio.gather(under_way, send("b1", "bulk"), send("b2", "bulk"), send("live", "live"))
    assert in_order == ["first", "live", "b1", "b2"]


async def test_bulk_calls_that_wait_for_a_trip_do_not_count_for_who_is_live(post: Post) -> None:
    await post.accept("p", envelope())
    sent = asyncio.gather(
        *(post.accept_many("p", [envelope()] * 1000, lane="bulk") for _ in range(4))
    )
    await let_others_run(2)
    assert post.wait_s == 0
    await sent


async def test_how_long_a_newcomer_waits_is_told_by_what_waits_already(
    post: Post,
) -> None:
    await post.accept("p", envelope())
    assert post.wait_s == 0
    calls = [asyncio.ensure_future(post.accept("p", envelope())) for _ in range(1_000)]
    await let_others_run(2)
    some = post.wait_s
    calls += [asyncio.ensure_future(post.accept("p", envelope())) for _ in range(1_000)]
    await let_others_run(2)
    assert 0 < some < post.wait_s
    await asyncio.gather(*calls)
    assert post.wait_s == 0
