"""Who is denied a command by Redis does all the rest, and says what could not be done."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest

from tests.acceptance.security.users_of_redis import GuardedRedis
from tests.integration.mailbox.test_rounds import SHARE, round_of, turns_of
from tests.integration.mailbox.world import (
    LIMITS,
    NO_LINGER,
    TIMEOUT_S,
    TIMES,
    Told,
    World,
    envelope,
)
from tests.services.run_folder import run_folder
from tests.services.waiting import wait_until
from workers.drain_terms import Departure
from workers.mailbox.answers import Accepted
from workers.mailbox.collect import Mailbox
from workers.mailbox.connection import MailboxUnavailable, connect, connect_async
from workers.mailbox.envelope import QueuedOperation
from workers.mailbox.outcomes import Outcomes
from workers.mailbox.post import Post
from workers.mailbox.wake import Wake
from workers.presence import Presence

UNTOLD = "outcomes are not told to who waits for them (NoPermissionError)"

NEEDED = (
    *("set", "del", "evalsha", "multi", "exec", "xrange", "xrevrange", "xread", "xlen", "xdel"),
    *("zadd", "zrem", "decrby", "lrange", "llen", "lrem", "sadd", "hset", "rpush"),
)
"""What a worker's turns do not go on without."""


class Refusals:
    """A meter that keeps what went wrong."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def answered(self, at: str, took_s: float) -> None:
        return

    def failed(self, error: MailboxUnavailable) -> None:
        self.told.append(str(error))

    def limiter_failed(self, buckets: int) -> None:
        raise AssertionError


@pytest.fixture
def refusals() -> Refusals:
    return Refusals()


@pytest.fixture
def guarded() -> Iterator[GuardedRedis]:
    with GuardedRedis(durable=False, parent=run_folder()) as guarded:
        yield guarded


def allow(guarded: GuardedRedis, user: str, command: str, sign: str = "+") -> None:
    with guarded.of("admin") as admin:
        admin.execute_command("ACL", "SETUSER", user, f"{sign}{command}")


def deny(guarded: GuardedRedis, user: str, command: str) -> None:
    allow(guarded, user, command, "-")


@contextmanager
def worker_without(guarded: GuardedRedis, refusals: Refusals, command: str) -> Iterator[World]:
    """Of a worker that may do all that a worker may but this."""
    deny(guarded, "worker", command)
    world = World(guarded.url_of("admin"))
    with connect(guarded.url_of("worker"), TIMEOUT_S) as redis:
        world.wake = Wake(redis, TIMES)
        world.mailbox = Mailbox(redis, world.wake, refusals)
        yield world
    world.close()


@pytest.fixture
def world(guarded: GuardedRedis, refusals: Refusals) -> Iterator[World]:
    with worker_without(guarded, refusals, "publish") as world:
        yield world


def warnings(caplog: pytest.LogCaptureFixture) -> Sequence[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]


def test_a_drain_that_may_not_publish_applies_all_and_says_so_once(
    world: World, refusals: Refusals, caplog: pytest.LogCaptureFixture
) -> None:
    world.put(*"abcdef", reply_to="edge")
    assert world.drain(replace(NO_LINGER, batch_size=2)).run("p") is Departure.EMPTY
    assert world.ledger.applied == list("abcdef")
    assert (world.left(), world.has_token()) == (0, False)
    assert warnings(caplog) == [UNTOLD]
    assert len(refusals.told) == 3


def test_the_first_publication_that_is_denied_is_told_before_the_drain_ends(
    world: World, refusals: Refusals, caplog: pytest.LogCaptureFixture
) -> None:
    world.put("a", reply_to="edge")
    world.drain().run("p")
    assert warnings(caplog) == [UNTOLD]
    assert len(refusals.told) == 1


def test_a_publication_that_was_denied_is_told_by_the_next_one_at_the_latest(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    told = Told("nonce", "edge", {"status": "applied"})
    world.mailbox.publish([told])
    assert warnings(caplog) == []
    world.mailbox.publish([told])
    assert warnings(caplog) == [UNTOLD]


def test_a_round_that_may_not_publish_leaves_every_mailbox_as_any_round(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def one_more(batch: Sequence[QueuedOperation]) -> None:
        if world.left("a") == 1:
            world.put("a2", project="a")

    world.ledger.before_apply = one_more
    for project in "ab":
        world.put(f"{project}1", project=project, reply_to="edge")
        world.wake.hold(project)
    assert round_of(world).run(["a", "b"]) == []
    assert world.ledger.applied == ["a1", "b1"]
    assert warnings(caplog) == [UNTOLD]
    assert world.wake.take_jobs(9) == ["a"]
    assert not world.has_token("b")


def work_in_every_way(world: World, queue: Wake) -> None:
    """A round and drains of their own, both lanes, entries that come meanwhile, turns that end."""
    world.put(*(f"a{n}" for n in range(3 * SHARE)), project="a")
    world.put("b1", project="b")
    world.put("c1", project="c", lane="bulk")
    for project in "abc":
        queue.enqueue(project)

    def one_more(batch: Sequence[QueuedOperation]) -> None:
        if batch[0].envelope.payload["name"] == "b1":
            world.put("b2", project="b")

    world.ledger.before_apply = one_more
    limits = replace(NO_LINGER, batch_size=SHARE, slice_s=0.0, linger_s=0.01)
    turns_of(world, world.drain(limits)).run("nobody")


def test_whatever_else_is_denied_to_a_worker_in_its_turn_it_says_so(
    guarded: GuardedRedis, refusals: Refusals, caplog: pytest.LogCaptureFixture
) -> None:
    silent = []
    for command in NEEDED:
        caplog.clear()
        with guarded.of("admin") as admin:
            admin.flushall()
        with worker_without(guarded, refusals, command) as world:
            work_in_every_way(world, Wake(world.redis, TIMES))
            allow(guarded, "worker", command)
        if not warnings(caplog):
            silent.append(command)
    assert silent == []


def test_a_worker_that_may_not_announce_itself_says_so_once(
    guarded: GuardedRedis, caplog: pytest.LogCaptureFixture
) -> None:
    deny(guarded, "worker", "expire")
    with Presence(guarded.url_of("worker"), TIMEOUT_S).kept_up():
        wait_until(lambda: warnings(caplog), what="it said so")
    told = ["nobody hears that this worker lives: Redis is away (NoPermissionError)"]
    assert warnings(caplog) == told


@pytest.mark.anyio
@pytest.mark.parametrize("command", ["sadd", "hset", "rpush"])
async def test_an_edge_that_may_not_queue_jobs_accepts_and_says_so_once(
    guarded: GuardedRedis, refusals: Refusals, caplog: pytest.LogCaptureFixture, command: str
) -> None:
    deny(guarded, "edge", command)
    async with connect_async(guarded.url_of("edge"), TIMEOUT_S) as redis:
        post = Post(redis, LIMITS, refusals)
        answers = [await post.accept(project, envelope()) for project in "abc"]
        await post.aclose()
    assert [type(answer) for answer in answers] == [Accepted] * 3
    assert warnings(caplog) == ["Redis took no job: mailboxes wait until the sweeper wakes a drain"]


@pytest.mark.anyio
async def test_an_edge_that_may_not_hear_outcomes_says_so(
    guarded: GuardedRedis, caplog: pytest.LogCaptureFixture
) -> None:
    deny(guarded, "edge", "subscribe")
    async with connect_async(guarded.url_of("edge"), TIMEOUT_S) as redis:
        outcomes = Outcomes(redis, "edge", lambda _: None)
        listening = asyncio.create_task(outcomes.listen())
        await asyncio.to_thread(wait_until, lambda: warnings(caplog), what="it said so")
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
    assert warnings(caplog) == ["there is no subscription to outcomes: NoPermissionError"]
