"""Two lanes: live operations go first, each keeps its order, and neither keeps the other out."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

import pytest

from tests.integration.mailbox.world import NO_LINGER, Busy, World, envelope
from tests.services.waiting import wait_until
from workers.drain_terms import Clock, Departure
from workers.mailbox.drain_job import project_of
from workers.mailbox.envelope import QueuedOperation, encode
from workers.mailbox.layout import LANES, Lane

SMALL = replace(NO_LINGER, batch_size=10, bulk_batch_size=3)
BULK = [f"bulk{n}" for n in range(9)]
LIVE = [f"live{n}" for n in range(25)]


def test_live_operations_overtake_a_backfill_and_each_lane_keeps_its_order(world: World) -> None:
    world.put(*BULK, lane="bulk")
    world.put(*LIVE)
    assert world.drain(SMALL).run("p") is Departure.EMPTY
    assert world.ledger.applied == [*LIVE, *BULK]
    assert world.ledger.batches == [10, 10, 5, 3, 3, 3]
    assert world.left() == 0


def test_a_live_operation_waits_for_one_bulk_batch_at_most(world: World) -> None:
    world.put(*BULK, lane="bulk")
    _during(world, lambda batch: batch[0].lane == "bulk", lambda: world.put("live"))
    world.drain(SMALL).run("p")
    assert world.ledger.applied == [*BULK[:3], "live", *BULK[3:]]


def test_live_operations_that_keep_coming_leave_every_other_batch_to_a_backfill(
    world: World,
) -> None:
    world.put(*BULK, lane="bulk")
    world.put("live")
    more = iter("abcde")

    def let_one_come(_: object) -> None:
        world.put(*islice(more, 1))

    world.ledger.before_apply = let_one_come
    world.drain(SMALL).run("p")
    assert world.ledger.applied == [
        "live",
        *BULK[:3],
        "a",
        "b",
        *BULK[3:6],
        "c",
        "d",
        *BULK[6:],
        "e",
    ]


@pytest.mark.parametrize("lone", ["delete_stage", "replace_stages"])
def test_live_operations_behind_one_that_goes_alone_go_before_a_backfill(
    world: World, lone: str
) -> None:
    world.put(*BULK, lane="bulk")
    world.put("a")
    world.put("b", type=lone)
    world.put("c")
    world.drain(SMALL).run("p")
    assert world.ledger.applied == ["a", "b", "c", *BULK]


def test_a_deep_live_backlog_is_applied_before_any_of_a_backfill(world: World) -> None:
    world.put(*BULK, lane="bulk")
    world.put(*LIVE)
    _during(world, lambda batch: batch[0].lane == "live", lambda: world.put(*"abcdefghijklmn"))
    world.drain(SMALL).run("p")
    assert world.ledger.applied == [*LIVE, *"abcdefghijklmn", *BULK]


def test_a_backfill_lets_other_projects_in_after_each_of_its_batches(world: World) -> None:
    world.put(*BULK, lane="bulk")
    world.wake.enqueue("other")
    assert world.drain(SMALL).run("p") is Departure.HANDED_OVER
    assert world.ledger.applied == BULK[:3]
    assert [project_of(job) for job in world.wake.queued_jobs()] == ["other", "p"]


def test_short_turns_leave_a_backfill_its_batches_while_live_operations_keep_coming(
    world: World,
) -> None:
    world.put(*BULK, lane="bulk")
    world.wake.enqueue("other")
    drain = world.drain(replace(SMALL, slice_s=0.0))
    for turn in range(3):
        world.put(f"live{turn}")
        drain.run("p")
    assert world.ledger.applied == [
        "live0",
        *BULK[:3],
        "live1",
        *BULK[3:6],
        "live2",
        *BULK[6:],
    ]


@pytest.mark.parametrize("moment", ["before clearing", "after clearing"])
def test_a_bulk_operation_accepted_between_the_last_batch_and_the_last_look_is_applied(
    world: World, moment: str
) -> None:
    world.put("first")
    late = iter(["late"])

    def accept_late(point: str) -> None:
        if point == f"{moment} the wake token":
            world.put(*late, lane="bulk")

    assert world.drain(probe=accept_late).run("p") is Departure.EMPTY
    assert world.ledger.applied == ["first", "late"]


@pytest.mark.parametrize("first", LANES)
@pytest.mark.parametrize("second", LANES)
def test_a_lingering_drain_hears_both_lanes(world: World, first: Lane, second: Lane) -> None:
    world.put("first", lane=first)
    thread = threading.Thread(
        target=world.drain(replace(NO_LINGER, linger_s=20.0)).run, args=("p",)
    )
    thread.start()
    wait_until(lambda: world.ledger.applied and not world.left(), what="the first is applied")
    world.put("second", lane=second)
    wait_until(lambda: "second" in world.ledger.applied, what="the second is applied")
    world.stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_a_culprit_in_a_backfill_is_found_while_live_operations_go_on(world: World) -> None:
    bulk = [f"bulk{n}" for n in range(40)]
    world.put(*bulk, lane="bulk")
    live: list[str] = []

    def fail_or_let_a_live_one_come(batch: Sequence[QueuedOperation]) -> None:
        if batch[0].lane == "bulk":
            live.append(f"live{len(live)}")
            world.put(live[-1])
            _fail_at("bulk17", batch)

    world.ledger.before_apply = fail_or_let_a_live_one_come
    assert world.drain(replace(SMALL, bulk_batch_size=40)).run("p") is Departure.EMPTY
    assert _of("bulk", world) == [name for name in bulk if name != "bulk17"]
    assert (_of("live", world), world.ledger.dead) == (live, ["bulk17"])
    assert len(world.ledger.batches) < 40


def test_a_malformed_bulk_entry_goes_to_the_dead_letters_alone(world: World) -> None:
    world.put("a", lane="bulk")
    world.put_raw(b"\xff not an envelope", lane="bulk")
    world.put("b", lane="bulk")
    world.ledger.before_apply = lambda batch: _fail_at("malformed", batch)
    assert world.drain().run("p") is Departure.EMPTY
    assert (world.ledger.applied, world.ledger.dead) == (["a", "b"], ["malformed"])


def test_a_bulk_entry_of_a_newer_version_keeps_live_operations_waiting_no_longer_than_a_turn(
    world: World,
) -> None:
    newer = encode(envelope("new")).replace(b'"version":', b'"version":9')
    world.put_raw(newer, lane="bulk")
    world.put("live")
    assert world.drain().run("p") is Departure.NEWER_VERSION
    assert world.ledger.applied == ["live"]
    world.put("later")
    world.drain().run("p")
    assert world.ledger.applied == ["live", "later"]
    assert (world.left(), world.ledger.dead) == (1, [])


def test_a_backfill_that_is_tried_again_after_an_outage_is_overtaken_meanwhile(
    world: World,
) -> None:
    world.put(*BULK, lane="bulk")
    failures = iter(range(3))

    def be_away_at_first(_: object) -> None:
        for count in failures:
            world.put(f"live{count}")
            raise Busy

    world.ledger.before_apply = be_away_at_first
    world.drain(SMALL, clock=Clock(pause=lambda _, __: None)).run("p")
    assert world.ledger.applied == ["live0", "live1", "live2", *BULK]


def _during(
    world: World, is_it: Callable[[Sequence[QueuedOperation]], bool], act: Callable[[], object]
) -> None:
    """Has `act` happen while the first batch of that kind is applied."""
    once = iter([act])

    def look(batch: Sequence[QueuedOperation]) -> None:
        if is_it(batch):
            for each in once:
                each()

    world.ledger.before_apply = look


def _fail_at(name: str, batch: Sequence[QueuedOperation]) -> None:
    if any(queued.envelope.payload.get("name", queued.fault) == name for queued in batch):
        raise ValueError("poison")


def _of(lane: str, world: World) -> list[str]:
    return [name for name in world.ledger.applied if name.startswith(lane)]
