"""A drain may die anywhere: the next one does the rest; nothing is lost, doubled or reordered."""

from dataclasses import replace

import pytest

from tests.integration.crashes import CRASH_POINTS, ONCE_A_BATCH
from tests.integration.mailbox.world import NO_LINGER, Crash, World
from workers.sweep import Sweeper

SMALL_BATCHES = replace(NO_LINGER, batch_size=5, bulk_batch_size=5)
NAMES = [str(n) for n in range(12)]
BULK = [f"bulk {n}" for n in range(12)]


class _CrashAt:
    """Ends the drain when it passes a point for the n-th time; knows all points passed."""

    def __init__(self, point: str, time: int) -> None:
        self.point = point
        self.times_left = time
        self.passed: set[str] = set()

    def __call__(self, point: str) -> None:
        self.passed.add(point)
        self.times_left -= point == self.point
        if self.times_left == 0:
            raise Crash


def test_the_list_of_crash_points_is_complete(world: World) -> None:
    probe = _CrashAt("none", 1)
    world.put("a")
    world.drain(probe=probe).run("p")
    assert probe.passed == set(CRASH_POINTS)


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_after_a_crash_the_next_drain_does_exactly_the_rest(world: World, point: str) -> None:
    world.put(*NAMES)
    with pytest.raises(Crash):
        world.drain(SMALL_BATCHES, probe=_CrashAt(point, 1)).run("p")
    world.drain(SMALL_BATCHES).run("p")
    assert world.ledger.applied == NAMES
    assert world.left() == 0


@pytest.mark.parametrize("batch", [1, 3, 4, 5])
@pytest.mark.parametrize("point", ONCE_A_BATCH)
def test_after_a_crash_in_any_batch_of_either_lane_each_lane_goes_on_in_its_order(
    world: World, point: str, batch: int
) -> None:
    world.put(*BULK, lane="bulk")
    world.put(*NAMES)
    with pytest.raises(Crash):
        world.drain(SMALL_BATCHES, probe=_CrashAt(point, batch)).run("p")
    world.put("late")
    world.put("late bulk", lane="bulk")
    world.drain(SMALL_BATCHES).run("p")
    in_bulk = [*BULK, "late bulk"]
    assert [name for name in world.ledger.applied if name in in_bulk] == in_bulk
    assert [name for name in world.ledger.applied if name not in in_bulk] == [*NAMES, "late"]
    assert world.left() == 0


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_a_mailbox_whose_drain_crashed_is_woken_by_the_sweeper_when_its_token_expires(
    world: World, point: str
) -> None:
    world.put(*NAMES)
    with pytest.raises(Crash):
        world.drain(SMALL_BATCHES, probe=_CrashAt(point, 1)).run("p")
    world.put("more")
    world.redis.delete("wake:p")  # as its expiry does
    mending = Sweeper(world.redis, world.wake, world.drain().run, 1.0, world.stop).sweep()
    assert mending is not None
    assert mending.wake == ("p",)
    world.drain().run("p")
    assert world.ledger.applied == [*NAMES, "more"]


def test_a_drain_that_crashes_again_and_again_gets_on(world: World) -> None:
    world.put(*NAMES)
    for point in ONCE_A_BATCH * 3:
        with pytest.raises(Crash):
            world.drain(SMALL_BATCHES, probe=_CrashAt(point, 1)).run("p")
        world.put("late")
    world.drain().run("p")
    assert world.ledger.applied == NAMES + ["late"] * 15
