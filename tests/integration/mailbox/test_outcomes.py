"""Outcomes come back to the edge that waits, or it is told that it must ask the ledger."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import pytest

from tests.integration.mailbox.world import TIMEOUT_S, Crash, World, envelope, let_others_run
from tests.services.redis_process import RedisProcess
from tests.services.waiting import wait_until
from workers.mailbox.connection import connect_async
from workers.mailbox.envelope import encode
from workers.mailbox.outcomes import Forget, Outcomes, Record

pytestmark = pytest.mark.anyio


async def until_alive(outcomes: Outcomes) -> None:
    await asyncio.to_thread(wait_until, lambda: outcomes.is_alive, what="it listens")


@asynccontextmanager
async def _listening(
    url: str,
    timeout_s: float = TIMEOUT_S,
    beat_s: float = 1.0,
    forget: Forget = lambda _: None,
) -> AsyncIterator[Outcomes]:
    redis = connect_async(url, timeout_s)
    outcomes = Outcomes(redis, "edge", forget, beat_s=beat_s)
    task = asyncio.create_task(outcomes.listen())
    await until_alive(outcomes)
    yield outcomes
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await redis.aclose()


@contextmanager
def _arrival(outcomes: Outcomes, nonce: str) -> Iterator[asyncio.Future[Record | None]]:
    """The first that is heard of an operation."""
    first: asyncio.Future[Record | None] = asyncio.get_running_loop().create_future()

    def hear(record: Record | None) -> None:
        if not first.done():
            first.set_result(record)

    with outcomes.waiting([nonce]) as arrivals:
        arrivals.listen(hear)
        yield first


async def test_every_waiter_of_an_operation_gets_its_record(redis_url: str, world: World) -> None:
    sent, other = envelope(reply_to="edge"), envelope(reply_to="edge")
    async with _listening(redis_url) as outcomes:
        with (
            _arrival(outcomes, sent.nonce) as one,
            _arrival(outcomes, sent.nonce) as two,
            _arrival(outcomes, other.nonce) as third,
        ):
            world.put_raw(encode(sent))
            await asyncio.to_thread(world.drain().run, "p")
            records = await asyncio.wait_for(asyncio.gather(one, two), 10)
            assert [record and record["status"] for record in records] == ["applied"] * 2
            assert not third.done()
        assert not outcomes._hearers


async def test_outcomes_of_many_operations_are_kept_until_somebody_listens(
    redis_url: str, world: World
) -> None:
    sent = [envelope(f"{n}", reply_to="edge") for n in range(3)]
    heard: asyncio.Queue[str] = asyncio.Queue()

    def hear(record: Record | None) -> None:
        heard.put_nowait("nothing" if record is None else record["status"])

    async with _listening(redis_url) as outcomes:
        with (
            outcomes.waiting([each.nonce for each in sent]) as arrivals,
            _arrival(outcomes, sent[0].nonce) as first,
        ):
            world.put_raw(encode(sent[0]))
            await asyncio.to_thread(world.drain().run, "p")
            await asyncio.wait_for(first, 10)
            arrivals.listen(hear)
            for each in sent[1:]:
                world.put_raw(encode(each))
            await asyncio.to_thread(world.drain().run, "p")
            statuses = [await asyncio.wait_for(heard.get(), 10) for _ in sent]
        assert statuses == ["applied"] * 3
        assert not outcomes._hearers


async def test_without_a_subscription_a_waiter_is_sent_to_the_ledger_at_once(
    redis_url: str,
) -> None:
    redis = connect_async(redis_url, TIMEOUT_S)
    with _arrival(Outcomes(redis, "edge", lambda _: None), "nonce") as arrival:
        assert await arrival is None
    await redis.aclose()


async def test_a_lost_subscription_sends_waiters_to_the_ledger_and_comes_back(
    own_redis: RedisProcess,
) -> None:
    async with _listening(own_redis.url) as outcomes:
        with _arrival(outcomes, "nonce") as arrival:
            own_redis.kill()
            assert await asyncio.wait_for(arrival, 10) is None
        assert not outcomes.is_alive
        own_redis.start()
        await until_alive(outcomes)


async def test_a_subscription_that_answers_no_ping_counts_as_lost(
    own_redis: RedisProcess,
) -> None:
    async with _listening(own_redis.url, 0.5, beat_s=0.1) as outcomes:
        with _arrival(outcomes, "nonce") as arrival:
            own_redis.pause()
            assert await asyncio.wait_for(arrival, 10) is None
        own_redis.resume()
        await until_alive(outcomes)


async def test_a_quiet_subscription_stays_alive(
    redis_url: str,
) -> None:
    async with _listening(redis_url, beat_s=0.02) as outcomes:
        with _arrival(outcomes, "nonce") as arrival:
            done, _ = await asyncio.wait([arrival], timeout=0.3)
        assert not done
        assert outcomes.is_alive


@pytest.mark.parametrize(
    "operation_type",
    [
        "update_project",
        "create_key",
        "revoke_key",
        "create_identity_secret",
        "delete_identity_secret",
    ],
)
async def test_an_edge_forgets_a_changed_project_before_anybody_hears_of_the_change(
    redis_url: str, world: World, operation_type: str
) -> None:
    forgotten: list[str | None] = []
    sent = envelope(reply_to="edge", type=operation_type)
    async with _listening(redis_url, forget=forgotten.append) as outcomes:
        with _arrival(outcomes, sent.nonce) as arrival:
            arrival.add_done_callback(lambda _: forgotten.append("the outcome came"))
            world.put("before")
            world.put_raw(encode(sent))
            await asyncio.to_thread(world.drain().run, "p")
            await asyncio.wait_for(arrival, 10)
            await let_others_run()
        assert forgotten == [None, "p", "the outcome came"]


async def test_an_edge_forgets_a_project_also_when_nobody_waits_for_the_change(
    redis_url: str, world: World
) -> None:
    forgotten: asyncio.Queue[str | None] = asyncio.Queue()
    async with _listening(redis_url, forget=forgotten.put_nowait):
        assert await forgotten.get() is None
        world.put("a", type="track")
        world.put("b", type="update_project", project="q")
        for project in ("p", "q"):
            await asyncio.to_thread(world.drain().run, project)
        assert await asyncio.wait_for(forgotten.get(), 10) == "q"


async def test_a_change_whose_drain_died_before_telling_is_told_by_the_next_one(
    redis_url: str, world: World
) -> None:
    def die(point: str) -> None:
        if point == "after the commit":
            raise Crash

    forgotten: asyncio.Queue[str | None] = asyncio.Queue()
    async with _listening(redis_url, forget=forgotten.put_nowait):
        assert await forgotten.get() is None
        world.put("a", type="revoke_key")
        with pytest.raises(Crash):
            await asyncio.to_thread(world.drain(probe=die).run, "p")
        assert forgotten.empty()
        await asyncio.to_thread(world.drain().run, "p")
        assert await asyncio.wait_for(forgotten.get(), 10) == "p"
    assert world.ledger.applied == ["a"]


async def test_an_edge_forgets_everything_whenever_it_begins_to_listen(
    own_redis: RedisProcess,
) -> None:
    forgotten: list[str | None] = []
    async with _listening(own_redis.url, forget=forgotten.append) as outcomes:
        assert forgotten == [None]
        with _arrival(outcomes, "nonce") as arrival:
            own_redis.kill()
            await asyncio.wait_for(arrival, 10)
        own_redis.start()
        await until_alive(outcomes)
        assert forgotten == [None, None]
