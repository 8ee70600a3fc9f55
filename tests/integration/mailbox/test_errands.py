"""What a drain does in the place of one that died, and with operations that take too long."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.integration.mailbox.world import NO_LINGER, Busy, World
from tests.integration.unmetered import unmetered
from workers.drain import Drain
from workers.drain_terms import Clock, Departure, Unguarded
from workers.mailbox.envelope import QueuedOperation
from workers.mailbox.layout import Lane
from workers.stop import Stop
from workers.suspects import Errand, KilledWorker, NeverEnded, Suspect

CONTROL_S = 2.5


class Seen(Unguarded):
    """A guard that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def drains(self, project_id: str, careful: int, _: Lane) -> None:
        self.told.append(f"{project_id} careful {careful}")

    def proves(self, project_id: str) -> None:
        self.told.append(f"{project_id} proves")

    def leaves(self) -> None:
        self.told.append("left")


class SteadyHands:
    """A clock on which only waiting takes time."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.meanwhile: Callable[[], None] = lambda: None

    def pause(self, _: Stop, seconds: float) -> None:
        self.now_s += seconds
        self.meanwhile()

    def clock(self) -> Clock:
        return Clock(steady_s=lambda: self.now_s, pause=self.pause)


def drain_of(world: World, hands: SteadyHands, guard: Unguarded | None = None) -> Drain:
    return Drain(
        world.ledger.storage(),
        world.mailbox,
        world.wake,
        replace(NO_LINGER, statement_timeout_s=10.0),
        world.stop,
        meter=unmetered(),
        clock=hands.clock(),
        guard=guard,
    )


def operation_ids(world: World) -> list[str]:
    return [entry.operation_id for entry in world.mailbox.head("p", 100).entries]


def lingers(world: World) -> int:
    """How often anybody waited for an entry."""
    told: Any = world.redis.info("commandstats")
    return int(told.get("cmdstat_xread", {"calls": 0})["calls"])


@pytest.fixture
def hands() -> SteadyHands:
    return SteadyHands()


def test_it_goes_on_where_a_dead_one_stood(world: World, hands: SteadyHands) -> None:
    world.put("a", "b")
    assert drain_of(world, hands).succeed(Errand("p")) is Departure.EMPTY
    assert (world.ledger.applied, world.ledger.batches) == (["a", "b"], [2])
    assert not world.has_token()


def test_a_head_under_suspicion_is_applied_one_by_one_and_the_rest_together(
    world: World, hands: SteadyHands
) -> None:
    world.put(*"abcdef")
    drain_of(world, hands).succeed(Errand("p", careful=3))
    assert (world.ledger.applied, world.ledger.batches) == (list("abcdef"), [1, 1, 1, 3])


def test_what_is_left_of_a_suspicion_is_forgotten_when_nothing_waits(
    world: World, hands: SteadyHands
) -> None:
    world.put("a", "b")
    drain = drain_of(world, hands)
    drain.succeed(Errand("p", careful=5))
    world.put("c", "d", "e")
    drain.run("p")
    assert world.ledger.batches == [1, 1, 3]


def test_it_does_not_linger_before_its_worker_takes_jobs(world: World) -> None:
    world.redis.config_resetstat()
    lingering = world.drain(replace(NO_LINGER, linger_s=0.02))
    world.put("a")
    assert lingering.succeed(Errand("p")) is Departure.EMPTY
    assert lingers(world) == 0
    world.put("b")
    assert lingering.run("p") is Departure.EMPTY
    assert lingers(world) > 0


def test_a_suspect_is_set_aside_unread_and_everything_behind_it_applied(
    world: World, hands: SteadyHands
) -> None:
    world.put("a", "b", "c")
    suspect = Suspect(operation_ids(world)[0], KilledWorker())
    drain_of(world, hands).succeed(Errand("p", careful=2, suspect=suspect))
    assert (world.ledger.dead, world.ledger.applied) == (["a"], ["b", "c"])
    assert world.ledger.batches == [1, 1]


def test_a_suspect_that_is_no_longer_the_head_is_spared(world: World, hands: SteadyHands) -> None:
    world.put("a", "b")
    suspect = Suspect(operation_ids(world)[1], KilledWorker())
    drain_of(world, hands).succeed(Errand("p", suspect=suspect))
    assert (world.ledger.dead, world.ledger.applied) == ([], ["a", "b"])


def test_a_suspect_is_proved_by_living_without_it_for_as_long_as_it_takes(
    world: World, hands: SteadyHands
) -> None:
    world.put("a", "b")
    guard = Seen()
    suspect = Suspect(operation_ids(world)[0], KilledWorker(), CONTROL_S)
    drain_of(world, hands, guard).succeed(Errand("p", suspect=suspect))
    assert hands.now_s == CONTROL_S
    assert guard.told[:3] == ["p careful 0", "p proves", "p careful 0"]
    assert guard.told[-1] == "left"
    assert (world.ledger.dead, world.ledger.applied) == (["a"], ["b"])


def test_a_head_of_the_bulk_lane_is_under_suspicion_while_live_ones_go_together(
    world: World, hands: SteadyHands
) -> None:
    world.put(*"abcd", lane="bulk")
    world.put(*"xyz")
    suspect_id = world.mailbox.head("p", 1, "bulk").entries[0].operation_id
    suspect = Suspect(suspect_id, KilledWorker())
    drain_of(world, hands).succeed(Errand("p", careful=3, suspect=suspect, lane="bulk"))
    assert (world.ledger.dead, world.ledger.applied) == (["a"], [*"xyz", *"bcd"])
    assert world.ledger.batches == [3, 1, 1, 1]


def test_a_stop_while_it_proves_condemns_nobody(world: World, hands: SteadyHands) -> None:
    world.put("a", "b")
    suspect = Suspect(operation_ids(world)[0], KilledWorker(), CONTROL_S)
    hands.meanwhile = world.stop.set
    errand = Errand("p", careful=2, suspect=suspect)
    assert drain_of(world, hands).succeed(errand) is Departure.HANDED_OVER
    assert (world.ledger.dead, world.ledger.applied, world.left()) == ([], [], 2)


def test_the_lock_of_the_dead_is_waited_for(world: World, hands: SteadyHands) -> None:
    world.put("a", "b")
    world.ledger.lock.acquire()
    waits = iter([None, None, world.ledger.lock.release])

    def release_at_the_third() -> None:
        if (release := next(waits)) is not None:
            release()

    hands.meanwhile = release_at_the_third
    drain = drain_of(world, hands)
    assert drain.succeed(Errand("p")) is Departure.EMPTY
    assert world.ledger.applied == ["a", "b"]


def test_a_turn_that_ends_while_a_head_is_under_suspicion_leaves_the_next_one_careful(
    world: World, hands: SteadyHands
) -> None:
    world.put(*"abcd")
    drain = drain_of(world, hands)

    def take_too_long_at_the_second(batch: Sequence[QueuedOperation]) -> None:
        if len(world.ledger.applied) == 1:
            hands.now_s += NO_LINGER.max_s

    world.ledger.before_apply = take_too_long_at_the_second
    assert drain.succeed(Errand("p", careful=3)) is Departure.HANDED_OVER
    world.ledger.before_apply = lambda _: None
    drain.run("p")
    assert world.ledger.batches == [1, 1, 1, 1]


def test_an_operation_that_exits_is_isolated_like_one_that_raises(
    world: World, hands: SteadyHands
) -> None:
    world.put("a", "b", "c")

    def leave(batch: Sequence[QueuedOperation]) -> None:
        if any(queued.envelope.payload["name"] == "b" for queued in batch):
            raise SystemExit(3)

    world.ledger.before_apply = leave
    drain_of(world, hands).run("p")
    assert (world.ledger.dead, world.ledger.applied) == (["b"], ["a", "c"])


# -- what takes too long -----------------------------------------------------------------------


class TooSlow(Busy):
    """A statement that outlasted its limit."""


def slow_drain(world: World, hands: SteadyHands, max_s: float = 60.0) -> Drain:
    storage = replace(world.ledger.storage(), too_slow=(TooSlow,))
    limits = replace(NO_LINGER, statement_timeout_s=10.0, max_s=max_s, slice_s=max_s)
    clock = hands.clock()
    return Drain(
        storage, world.mailbox, world.wake, limits, world.stop, meter=unmetered(), clock=clock
    )


def be_slow_at(world: World, hands: SteadyHands, name: str) -> None:
    def outlast(batch: Sequence[QueuedOperation]) -> None:
        if any(queued.envelope.payload["name"] == name for queued in batch):
            hands.now_s += 11.0
            raise TooSlow

    world.ledger.before_apply = outlast


def test_an_operation_that_outlasts_statements_alone_is_set_aside(
    world: World, hands: SteadyHands
) -> None:
    world.put("a", "b", "c")
    be_slow_at(world, hands, "b")
    slow_drain(world, hands).run("p")
    assert (world.ledger.dead, world.ledger.applied) == (["b"], ["a", "c"])
    assert world.ledger.batches == [3, 1, 1, 1, 1, 1]


def test_the_tries_of_a_slow_operation_add_up_over_turns(world: World, hands: SteadyHands) -> None:
    world.put("a", "b")
    be_slow_at(world, hands, "a")
    drain = slow_drain(world, hands, max_s=5.0)
    departures = [drain.run("p") for _ in range(4)]
    assert departures == [Departure.HANDED_OVER] * 4
    assert world.ledger.dead == ["a"]


def test_nothing_slow_is_set_aside_while_a_dead_letter_takes_long_too(
    world: World, hands: SteadyHands
) -> None:
    world.put("a", "b")
    be_slow_at(world, hands, "a")
    world.ledger.before_dead_letter = lambda: hands.pause(world.stop, 1.5)
    slow_drain(world, hands).run("p")
    assert (world.ledger.dead, world.left()) == ([], 2)


def test_what_timed_out_is_tried_again_while_a_dead_letter_takes_long_too(
    world: World, hands: SteadyHands
) -> None:
    world.put("a", "b")
    world.ledger.before_dead_letter = lambda: hands.pause(world.stop, 1.5)
    suspect = Suspect(operation_ids(world)[0], NeverEnded())
    slow_drain(world, hands).succeed(Errand("p", suspect=suspect))
    assert (world.ledger.dead, world.ledger.applied) == ([], ["a", "b"])


def test_a_dead_letter_of_what_killed_its_process_may_take_its_time(
    world: World, hands: SteadyHands
) -> None:
    world.put("a", "b")
    suspect = Suspect(operation_ids(world)[0], KilledWorker())
    world.ledger.before_dead_letter = lambda: hands.pause(world.stop, 1.5)
    slow_drain(world, hands).succeed(Errand("p", suspect=suspect))
    assert (world.ledger.dead, world.ledger.applied) == (["a"], ["b"])
