"""The drain: what it applies, in which order, and how it leaves."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.integration.mailbox.world import NO_LINGER, Busy, World, envelope
from tests.integration.unmetered import uncounted
from tests.services.waiting import wait_until
from workers.drain_terms import Clock, Departure
from workers.mailbox.collect import Mailbox
from workers.mailbox.drain_job import project_of
from workers.mailbox.envelope import ENVELOPE_VERSION, QueuedOperation, encode
from workers.mailbox.wake import Wake, WakeTimes
from workers.patience import retry_delay_s
from workers.sharing import SHARED_FOR_S


def test_a_mailbox_is_applied_in_order_batch_by_batch_and_then_empty(world: World) -> None:
    names = [str(n) for n in range(25)]
    world.put(*names)
    assert world.drain(replace(NO_LINGER, batch_size=10)).run("p") is Departure.EMPTY
    assert world.ledger.applied == names
    assert world.ledger.batches == [10, 10, 5]
    assert world.left() == 0
    assert not world.has_token()


@pytest.mark.parametrize("lone", ["delete_stage", "replace_stages"])
def test_what_may_concern_many_rows_goes_alone_in_its_batch(world: World, lone: str) -> None:
    world.put("a", "b")
    world.put("c", type=lone)
    world.put("d", type=lone)
    world.put("e", "f")
    world.drain().run("p")
    assert world.ledger.applied == ["a", "b", "c", "d", "e", "f"]
    assert world.ledger.batches == [2, 1, 1, 2]


def test_a_job_whose_work_is_done_already_leaves_at_once_and_frees_the_token(world: World) -> None:
    world.wake.take("p")
    assert world.drain(replace(NO_LINGER, linger_s=60.0)).run("p") is Departure.EMPTY
    assert not world.has_token()


def test_entries_that_the_ledger_knows_are_answered_again_and_deleted(world: World) -> None:
    world.put("a", "b")
    first = world.mailbox.head("p", 1).entries[0]
    world.ledger.known.add(first.operation_id)
    world.drain().run("p")
    assert world.ledger.applied == ["b"]
    assert world.left() == 0


def test_a_drain_that_finds_another_one_at_work_leaves_the_token_alone(world: World) -> None:
    world.put("a")
    world.wake.take("p")
    with world.ledger.lock:
        assert world.drain().run("p") is Departure.BUSY
    assert world.has_token()
    assert world.ledger.applied == []


def test_two_drains_at_once_apply_everything_once_and_in_order(world: World) -> None:
    names = [str(n) for n in range(200)]
    world.put(*names)
    limits = replace(NO_LINGER, batch_size=3)
    start = threading.Barrier(2)

    def drain() -> None:
        start.wait()
        world.drain(limits).run("p")

    threads = [threading.Thread(target=drain) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.ledger.applied == names
    assert world.left() == 0


def test_a_drain_that_comes_back_at_once_holds_the_token_again(world: World) -> None:
    held: list[bool] = []

    def look(point: str) -> None:
        if point == "before the commit":
            held.append(world.has_token())

    drain = world.drain(probe=look)
    for name in ("first", "second"):
        world.put(name)
        assert drain.run("p") is Departure.EMPTY
        assert not world.has_token()
    assert held == [True, True]


@pytest.mark.parametrize("moment", ["before clearing", "after clearing"])
def test_an_entry_accepted_between_the_last_batch_and_the_last_look_is_applied(
    world: World, moment: str
) -> None:
    world.put("first")
    late = iter(["late"])

    def accept_late(point: str) -> None:
        if point == f"{moment} the wake token":
            world.put(*(name for name in late))

    assert world.drain(probe=accept_late).run("p") is Departure.EMPTY
    assert world.ledger.applied == ["first", "late"]


def test_an_entry_that_comes_while_the_drain_lingers_is_applied_without_a_new_job(
    world: World,
) -> None:
    world.put("first")
    drain = world.drain(replace(NO_LINGER, linger_s=20.0))
    thread = threading.Thread(target=drain.run, args=("p",))
    thread.start()
    wait_until(lambda: world.ledger.applied and not world.left(), what="the first is applied")
    world.put("second")
    wait_until(lambda: "second" in world.ledger.applied, what="the second is applied")
    assert thread.is_alive()
    assert world.has_token()
    world.stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_a_drain_renews_its_token_while_it_lingers(world: World) -> None:
    world.wake = Wake(world.redis, WakeTimes(queued_s=30.0, running_s=1.0))
    world.mailbox = Mailbox(world.redis, world.wake, uncounted())
    world.put("a")
    drain = world.drain(replace(NO_LINGER, linger_s=20.0))
    thread = threading.Thread(target=drain.run, args=("p",))
    thread.start()
    wait_until(lambda: world.ledger.applied and not world.left(), what="the drain lingers")
    lives_ms = [world.redis.pttl("wake:p")]

    def has_grown_twice() -> bool:
        lives_ms.append(world.redis.pttl("wake:p"))
        return sum(later > earlier for earlier, later in pairwise(lives_ms)) == 2

    wait_until(has_grown_twice, what="the token was renewed")
    assert min(lives_ms) > 0
    world.stop.set()
    thread.join(5)


def test_a_bell_for_another_project_ends_a_linger(world: World) -> None:
    world.put("a")
    thread = threading.Thread(
        target=world.drain(replace(NO_LINGER, linger_s=60.0)).run, args=("p",)
    )
    thread.start()
    wait_until(lambda: world.ledger.applied and not world.left(), what="the drain lingers")
    world.ring()
    thread.join(5)
    assert not thread.is_alive()
    assert not world.has_token()


def test_a_drain_does_not_linger_while_another_job_is_queued(world: World) -> None:
    world.put("a")
    world.wake.enqueue("other")
    assert world.drain(replace(NO_LINGER, linger_s=60.0)).run("p") is Departure.EMPTY


def test_a_turn_ends_when_others_wait_and_the_next_one_is_queued_behind_them(
    world: World,
) -> None:
    world.put(*(str(n) for n in range(10)))
    world.wake.enqueue("other")
    limits = replace(NO_LINGER, batch_size=2, slice_s=2.0)
    assert world.drain(limits, clock=_ticking()).run("p") is Departure.HANDED_OVER
    assert 0 < len(world.ledger.applied) < 10
    assert [project_of(job) for job in world.wake.queued_jobs()] == ["other", "p"]
    assert world.has_token()


def test_a_turn_goes_on_while_nobody_else_waits_but_not_for_ever(world: World) -> None:
    world.put(*(str(n) for n in range(30)))
    limits = replace(NO_LINGER, batch_size=1, slice_s=2.0, max_s=30.0)
    assert world.drain(limits, clock=_ticking()).run("p") is Departure.HANDED_OVER
    assert len(world.ledger.applied) > 5
    assert world.left() > 0


def test_a_backlog_delays_another_project_by_one_turn_only(world: World) -> None:
    world.put(*(str(n) for n in range(100)), project="big")
    world.put("small", project="small")
    for project in ("big", "small"):
        world.wake.enqueue(project)
    limits = replace(NO_LINGER, batch_size=2, slice_s=2.0)
    served = []
    while jobs := world.wake.queued_jobs():
        world.wake.drop(jobs[:1])
        served.append(project_of(jobs[0]))
        world.drain(limits, clock=_ticking()).run(served[-1])
    assert served[:3] == ["big", "small", "big"]
    assert len(world.ledger.applied) == 101


def test_batches_are_short_while_several_projects_need_the_worker(world: World) -> None:
    steady = Clock(steady_s=lambda: 5.0)
    drain = world.drain(replace(NO_LINGER, batch_size=40, shared_batch_size=10), clock=steady)
    for project in ("big", "small", "big"):
        world.put(*(f"{project}{n}" for n in range(40)), project=project)
        drain.run(project)
    assert world.ledger.batches == [40, 10, 10, 10, 10, 10, 10, 10, 10]


def test_batches_are_long_again_once_the_others_are_gone(world: World) -> None:
    now_s = [0.0]
    clock = Clock(steady_s=lambda: now_s[0])
    drain = world.drain(replace(NO_LINGER, batch_size=40, shared_batch_size=10), clock=clock)
    for project in ("small", "big", "big", "big"):
        now_s[0] += SHARED_FOR_S - 0.1
        world.put(*(f"{project}{n}" for n in range(40)), project=project)
        drain.run(project)
    assert world.ledger.batches == [40, *[10] * 8, 40]


def test_a_stop_lets_the_batch_finish_and_hands_the_rest_over(world: World) -> None:
    world.put(*(str(n) for n in range(6)))
    world.ledger.before_apply = lambda _: world.stop.set()
    assert world.drain(replace(NO_LINGER, batch_size=2)).run("p") is Departure.HANDED_OVER
    assert world.ledger.applied == ["0", "1"]
    assert world.left() == 4
    assert [project_of(job) for job in world.wake.queued_jobs()] == ["p"]


def test_one_poisonous_operation_is_set_aside_and_all_others_are_applied_in_order(
    world: World,
) -> None:
    names = [str(n) for n in range(40)]
    world.put(*names)
    world.ledger.before_apply = _poison({"17"})
    assert world.drain().run("p") is Departure.EMPTY
    assert world.ledger.applied == [name for name in names if name != "17"]
    assert world.ledger.dead == ["17"]
    assert len(world.ledger.batches) < 20


@pytest.mark.parametrize("poisonous", [{"0"}, {"6"}, {"0", "1"}, {"2", "3", "6"}, set("0123456")])
def test_any_set_of_poisonous_operations_is_set_aside_one_by_one(
    world: World, poisonous: set[str]
) -> None:
    names = list("0123456")
    world.put(*names)
    world.ledger.before_apply = _poison(poisonous)
    assert world.drain().run("p") is Departure.EMPTY
    assert world.ledger.applied == [name for name in names if name not in poisonous]
    assert world.ledger.dead == sorted(poisonous)


def test_an_operation_that_failed_only_once_is_applied(world: World) -> None:
    world.put("a")
    hiccup = iter([ValueError("once")])

    def fail_once(_: object) -> None:
        for error in hiccup:
            raise error

    world.ledger.before_apply = fail_once
    world.drain().run("p")
    assert (world.ledger.applied, world.ledger.dead) == (["a"], [])


def test_nothing_is_set_aside_while_the_dead_letters_cannot_be_written_either(
    world: World,
) -> None:
    world.put("a", "b")
    world.ledger.before_apply = _poison({"a", "b"})

    def refuse() -> None:
        raise OSError("disk full")

    world.ledger.before_dead_letter = refuse
    assert world.drain(clock=_no_waiting()).run("p") is Departure.DATABASE_AWAY
    assert (world.ledger.applied, world.ledger.dead, world.left()) == ([], [], 2)


def test_a_transient_error_is_tried_again_and_nothing_overtakes(world: World) -> None:
    names = [str(n) for n in range(9)]
    world.put(*names)
    failures = iter(range(3))

    def fail_at_first(batch: Sequence[QueuedOperation]) -> None:
        for _ in failures:
            raise Busy

    world.ledger.before_apply = fail_at_first
    world.drain(replace(NO_LINGER, batch_size=4), clock=_no_waiting()).run("p")
    assert world.ledger.applied == names
    assert world.ledger.batches == [4, 4, 4, 4, 4, 1]


def test_a_database_that_stays_away_ends_the_drain_and_leaves_everything(world: World) -> None:
    world.put("a")

    def always_busy(_: object) -> None:
        raise Busy

    world.ledger.before_apply = always_busy
    assert world.drain(clock=_no_waiting()).run("p") is Departure.DATABASE_AWAY
    assert (world.ledger.dead, world.left()) == ([], 1)


def test_the_waits_between_tries_grow_to_a_limit_and_differ_by_chance() -> None:
    assert retry_delay_s(1, 1.0) < retry_delay_s(2, 1.0) < retry_delay_s(4, 1.0)
    assert retry_delay_s(50, 1.0) == retry_delay_s(5_000, 1.0) == 1.0
    assert retry_delay_s(50, 0.0) == 0.5


def test_a_malformed_entry_goes_to_the_dead_letters_alone(world: World) -> None:
    world.put("a", "b")
    world.put_raw(b"\xff not an envelope")
    world.put("c")
    world.ledger.before_apply = _poison(set())
    assert world.drain().run("p") is Departure.EMPTY
    assert world.ledger.applied == ["a", "b", "c"]
    assert world.ledger.dead == ["malformed"]


def test_an_entry_of_a_newer_version_stays_with_all_behind_it_for_a_newer_worker(
    world: World,
) -> None:
    world.put("a")
    world.put_raw(encode(envelope("new", version=ENVELOPE_VERSION + 1)))
    world.put("b")
    assert world.drain().run("p") is Departure.NEWER_VERSION
    assert world.ledger.applied == ["a"]
    assert (world.left(), world.ledger.dead) == (2, [])


def _poison(names: set[str]) -> "_Poison":
    return _Poison(names)


class _Poison:
    """Fails a batch that holds a poisonous or malformed entry, as a handler with a bug would."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def __call__(self, batch: Sequence[QueuedOperation]) -> None:
        for queued in batch:
            if queued.fault is not None or queued.envelope.payload["name"] in self.names:
                raise ValueError("poison")


def _ticking() -> Clock:
    """A clock on which each look takes a second."""
    seconds = iter(range(10_000))
    return Clock(steady_s=lambda: float(next(seconds)))


def _no_waiting() -> Clock:
    """A clock whose pauses are over at once."""
    return Clock(pause=lambda _, __: None)
