"""Where many projects wait with little, they share a transaction; what is special has its own."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.integration.mailbox.world import NO_LINGER, Busy, World
from tests.integration.mailbox.world import envelope as enveloped
from tests.integration.unmetered import unmetered
from workers.drain import Drain
from workers.drain_terms import Clock, Departure, Unguarded
from workers.mailbox.drain_job import project_of
from workers.mailbox.envelope import QueuedOperation, encode
from workers.round import Round
from workers.stop import Stop
from workers.turns import Turns

SHARE = 16


def round_of(
    world: World, drain: Drain | None = None, clock: Clock | None = None, rest_s: float = 0.0
) -> Round:
    return Round(
        world.ledger.round_storage(),
        world.mailbox,
        world.wake,
        clock=clock or Clock(),
        guard=Unguarded(),
        meter=unmetered(),
        drain=drain or world.drain(),
        share=SHARE,
        rest_s=rest_s,
    )


def hold(world: World, *projects: str) -> None:
    """As whoever takes their jobs does."""
    for project in projects:
        world.wake.hold(project)


def work(world: World, *projects: str) -> None:
    """A worker's turns, until nothing is queued."""
    drain = world.drain()
    for project in projects:
        world.wake.enqueue(project)
    turns_of(world, drain).run("nobody")


def turns_of(world: World, drain: Drain) -> Turns:
    return Turns(
        drain.run,
        round_of(world, drain).run,
        world.wake,
        world.stop,
        max_s=60.0,
        round_projects=16,
    )


def test_the_heads_of_all_are_applied_in_one_transaction(world: World) -> None:
    for project in "abc":
        world.put(f"{project}1", f"{project}2", project=project)
    hold(world, *"abc")
    assert round_of(world).run(["b", "a", "c"]) == []
    assert world.ledger.applied == ["b1", "b2", "a1", "a2", "c1", "c2"]
    assert world.ledger.commits == 1
    assert [world.left(project) for project in "abc"] == [0, 0, 0]


def test_the_token_of_an_emptied_mailbox_is_given_back(world: World) -> None:
    world.put("a1", project="a")
    world.put("b1", project="b")
    hold(world, *"ab")
    round_of(world).run(["a", "b"])
    assert not world.has_token("a")
    assert not world.has_token("b")


def test_who_comes_meanwhile_is_queued_again(world: World) -> None:
    world.put("a1", project="a")
    world.put("b1", project="b")
    hold(world, *"ab")

    def one_more(batch: Sequence[QueuedOperation]) -> None:
        if world.left("a") == 1:
            world.put("a2", project="a")

    world.ledger.before_apply = one_more
    assert round_of(world).run(["a", "b"]) == []
    assert world.has_token("a")
    assert world.wake.take_jobs(9) == ["a"]
    assert world.left("a") == 1


def test_a_flood_has_a_drain_of_its_own(world: World) -> None:
    world.put(*(f"a{n}" for n in range(SHARE)), project="a")
    world.put(*(f"b{n}" for n in range(SHARE - 1)), project="b")
    hold(world, *"ab")
    assert round_of(world).run(["a", "b"]) == ["a"]
    assert (world.left("a"), world.left("b")) == (SHARE, 0)


def test_beside_who_waits_with_little_a_flood_has_one_small_batch_a_turn(world: World) -> None:
    world.put(*(f"a{n}" for n in range(4 * SHARE)), project="a")
    world.put("b1", project="b")
    drain = world.drain(replace(NO_LINGER, little_batch_size=SHARE))
    hold(world, *"ab")
    assert round_of(world, drain).run(["a", "b"]) == ["a"]
    world.wake.enqueue("c")
    assert drain.run("a") is Departure.HANDED_OVER
    assert world.ledger.batches == [1, SHARE]
    assert [project_of(job) for job in world.wake.queued_jobs()] == ["c", "a"]


def test_among_many_floods_batches_stay_larger(world: World) -> None:
    for project in "acd":
        world.put(*(f"{project}{n}" for n in range(4 * SHARE)), project=project)
    world.put("b1", project="b")
    drain = world.drain(replace(NO_LINGER, little_batch_size=SHARE))
    hold(world, *"abcd")
    assert round_of(world, drain).run(list("abcd")) == ["a", "c", "d"]
    drain.run("a")
    assert world.ledger.batches == [1, 4 * SHARE]


def test_who_is_busy_is_left_to_who_is_at_it(world: World) -> None:
    world.put("a1", project="a")
    world.put("b1", project="b")
    hold(world, *"ab")
    world.ledger.busy.add("a")
    assert round_of(world).run(["a", "b"]) == []
    assert world.ledger.applied == ["b1"]
    assert (world.left("a"), world.has_token("a")) == (1, True)


@pytest.mark.parametrize(
    "raw",
    [
        b"no envelope",
        encode(enveloped(type="replace_stages", payload={})),
        encode(enveloped(type="update_project", payload={})),
    ],
    ids=["malformed", "of many rows", "told to all edges"],
)
def test_what_is_special_has_a_drain_of_its_own(world: World, raw: bytes) -> None:
    world.put_raw(raw, project="a")
    world.put("b1", project="b")
    hold(world, *"ab")
    assert round_of(world).run(["a", "b"]) == ["a"]
    assert world.ledger.applied == ["b1"]
    assert (world.left("a"), world.has_token("a")) == (1, True)


def test_what_needs_more_than_a_round_can_read_has_a_drain_of_its_own(world: World) -> None:
    world.put("a1", project="a")
    world.put("b1", project="b")
    hold(world, *"ab")
    world.ledger.in_need.add("a")
    assert round_of(world).run(["a", "b"]) == ["a"]
    assert world.ledger.applied == ["b1"]
    assert (world.left("a"), world.has_token("a")) == (1, True)


def test_for_a_while_behind_a_death_each_has_a_drain_of_its_own(world: World) -> None:
    world.put("a1", project="a")
    world.put("b1", project="b")
    hold(world, *"ab")
    now_s = [0.0]
    resting = round_of(world, clock=Clock(steady_s=lambda: now_s[0]), rest_s=10.0)
    assert resting.run(["a", "b"]) == ["a", "b"]
    assert world.ledger.applied == []
    now_s[0] = 10.0
    assert resting.run(["a", "b"]) == []
    assert world.ledger.applied == ["a1", "b1"]


def test_a_backfill_has_a_drain_of_its_own(world: World) -> None:
    world.put("a1", project="a", lane="bulk")
    world.put("b1", project="b")
    hold(world, *"ab")
    assert round_of(world).run(["a", "b"]) == ["a"]
    assert world.ledger.applied == ["b1"]


@pytest.mark.parametrize("error", [Busy, ValueError, SystemExit])
def test_where_one_fails_nothing_has_happened_and_each_has_a_drain_of_its_own(
    world: World, error: type[BaseException]
) -> None:
    world.put("a1", project="a")
    world.put("b1", project="b")
    hold(world, *"ab")

    def fail(batch: Sequence[QueuedOperation]) -> None:
        if len(world.ledger.batches) == 2:
            raise error

    world.ledger.before_apply = fail
    assert round_of(world).run(["a", "b"]) == ["a", "b"]
    assert world.ledger.applied == []
    assert (world.left("a"), world.left("b")) == (1, 1)


def test_whose_head_is_under_suspicion_has_a_drain_of_its_own(world: World) -> None:
    world.put("a1", "a2", project="a")
    world.put("b1", project="b")
    hold(world, *"ab")
    now_s = [0.0]
    drain = Drain(
        world.ledger.storage(),
        world.mailbox,
        world.wake,
        NO_LINGER,
        world.stop,
        meter=unmetered(),
        clock=Clock(steady_s=lambda: now_s[0]),
    )

    def fail_and_take_long(batch: Sequence[QueuedOperation]) -> None:
        if len(batch) == 2:
            now_s[0] += NO_LINGER.max_s
            raise ValueError

    world.ledger.before_apply = fail_and_take_long
    drain.run("a")
    assert round_of(world, drain).run(["a", "b"]) == ["a"]


def test_a_worker_whose_queue_holds_several_takes_them_together(world: World) -> None:
    for project in "abcde":
        world.put(f"{project}1", project=project)
    work(world, *"abcde")
    assert sorted(world.ledger.applied) == ["a1", "b1", "c1", "d1", "e1"]
    assert world.ledger.batches == [1] * 5
    # One that found nothing, and one for all.
    assert world.ledger.commits == 2


def test_a_poisonous_project_does_not_keep_others_from_being_applied(world: World) -> None:
    for project in "abc":
        world.put(f"{project}1", f"{project}2", project=project)

    def fail(batch: Sequence[QueuedOperation]) -> None:
        if any(queued.envelope.payload.get("name") == "b1" for queued in batch):
            raise ValueError

    world.ledger.before_apply = fail
    work(world, *"abc")
    assert world.ledger.dead == ["b1"]
    assert sorted(world.ledger.applied) == ["a1", "a2", "b2", "c1", "c2"]


def test_of_several_that_have_a_drain_of_their_own_the_first_does_not_keep_the_worker(
    world: World,
) -> None:
    for project in "ab":
        world.put(*(f"{project}{n}" for n in range(2 * SHARE)), project=project)
    lingering = world.drain(replace(NO_LINGER, linger_s=600.0, shared_batch_size=SHARE))
    world.wake.enqueue("a")
    world.wake.enqueue("b")

    def stop_at_the_end(batch: Sequence[QueuedOperation]) -> None:
        if world.left("a") + world.left("b") <= SHARE:
            world.stop.set()

    world.ledger.before_apply = stop_at_the_end
    turns_of(world, lingering).run("nobody")
    assert world.left("a") + world.left("b") == 0


@pytest.mark.parametrize("batches", [1, 2, 3], ids=["the round", "the first", "the second"])
def test_a_stop_at_any_of_a_rounds_turns_hands_over_whoever_has_entries_left(
    world: World, batches: int
) -> None:
    world.put("a1", project="a")
    for project in "bcde":
        world.put(*(f"{project}{n}" for n in range(2 * SHARE)), project=project)
    for project in "abcde":
        world.wake.enqueue(project)

    def stop(_: Sequence[QueuedOperation]) -> None:
        if len(world.ledger.batches) == batches:
            world.stop.set()

    world.ledger.before_apply = stop
    turns_of(world, world.drain(replace(NO_LINGER, shared_batch_size=SHARE))).run("nobody")
    assert len(world.ledger.batches) == batches
    assert sorted(map(project_of, world.wake.queued_jobs())) == list("bcde")

    world.stop = Stop()
    turns_of(world, world.drain()).run("nobody")
    assert [world.left(project) for project in "abcde"] == [0] * 5
    assert len(world.ledger.applied) == 1 + 4 * 2 * SHARE
