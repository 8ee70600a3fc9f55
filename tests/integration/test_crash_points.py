"""Whatever dies, and wherever: nothing is lost, doubled or reordered (contract §4 Outages)."""

import os
import signal
import sys
import threading
from dataclasses import replace
from tempfile import TemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.database import Database
from tests.integration.crashes import (
    APPLIED_WITHIN_S,
    CRASH_POINTS,
    EXAMPLES,
    ONCE_A_BATCH,
)
from tests.integration.pipeline import (
    SMALL_BATCHES,
    Crash,
    CrashAt,
    OpenPipeline,
    Pipeline,
    encoded,
)
from tests.integration.stories import STORY, busy
from tests.model.generate import scenarios
from tests.model.scenario import Scenario
from tests.model.state import Json
from tests.properties import tried
from tests.services.processes import Services
from tests.services.waiting import wait_until
from tests.services.warm_start import start
from workers.drain_terms import Departure

# -- a crash at every point -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "times"),
    [(point, 1) for point in CRASH_POINTS] + [(point, 2) for point in ONCE_A_BATCH],
)
def test_after_a_crash_the_next_drain_does_exactly_the_rest(
    open_pipeline: OpenPipeline, point: str, times: int
) -> None:
    pipeline = open_pipeline(STORY)
    pipeline.accept(STORY.steps)
    with pytest.raises(Crash):
        pipeline.drain(probe=CrashAt(point, times)).run(pipeline.project_id)
    pipeline.drain().run(pipeline.project_id)
    pipeline.expect_all_applied_once_in_order()


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_what_is_accepted_after_a_crash_comes_after_what_was_before(
    open_pipeline: OpenPipeline, point: str
) -> None:
    pipeline = open_pipeline(STORY)
    pipeline.accept(STORY.steps[:7])
    with pytest.raises(Crash):
        pipeline.drain(probe=CrashAt(point)).run(pipeline.project_id)
    pipeline.accept(STORY.steps[7:])
    pipeline.drain().run(pipeline.project_id)
    pipeline.expect_all_applied_once_in_order()


@tried(EXAMPLES)
@given(
    scenario=scenarios(signed_emails=False),
    crashes=st.lists(st.tuples(st.sampled_from(CRASH_POINTS), st.integers(1, 3)), max_size=6),
)
def test_any_sequence_survives_any_crashes(
    open_pipeline: OpenPipeline, scenario: Scenario, crashes: list[tuple[str, int]]
) -> None:
    pipeline = open_pipeline(scenario)
    pipeline.accept(scenario.steps)
    for point, times in crashes:
        try:
            pipeline.drain(probe=CrashAt(point, times)).run(pipeline.project_id)
        except Crash:
            continue
    pipeline.drain().run(pipeline.project_id)
    pipeline.expect_all_applied_once_in_order()


# -- kill -9 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "point", ["before the commit", "after the commit", "after the publication"]
)
def test_a_worker_finishes_without_any_request_what_a_killed_one_left(
    open_pipeline: OpenPipeline, services: Services, point: str
) -> None:
    pipeline = open_pipeline(STORY)
    pipeline.accept(STORY.steps)
    assert _die_at(pipeline, point) == -signal.SIGKILL
    assert pipeline.left() > 0
    services.start_worker(sweep_interval_s=0.1)
    wait_until(lambda: pipeline.left() == 0, APPLIED_WITHIN_S, "a worker has applied the rest")
    pipeline.expect_all_applied_once_in_order()


def _die_at(pipeline: Pipeline, point: str) -> int:
    command = [sys.executable, "-m", "tests.integration.dying_drain"]
    places = [pipeline.redis_url, pipeline.database_url, pipeline.project_id, point]
    with TemporaryFile() as output:
        return start([*command, *places], os.environ, output, output).wait(60)


def test_workers_killed_in_the_middle_of_a_backlog_leave_it_to_the_others(
    open_pipeline: OpenPipeline, services: Services
) -> None:
    story = busy(300)
    pipeline = open_pipeline(story)
    pipeline.accept(story.steps)
    for goal in (10, 60):
        worker = services.start_worker(drain_batch_size=2, sweep_interval_s=0.1)
        wait_until(lambda goal=goal: len(pipeline.ledger_ids()) >= goal, what="it has begun")  # type: ignore[misc]
        worker.kill()
        assert pipeline.left() > 0, "the worker was killed too late to prove anything"
    services.start_worker(sweep_interval_s=0.1)
    wait_until(lambda: pipeline.left() == 0, APPLIED_WITHIN_S, "the last worker applied the rest")
    pipeline.expect_all_applied_once_in_order()


# -- lost hints -------------------------------------------------------------------------------


def test_a_mailbox_whose_token_and_job_are_lost_is_swept(
    open_pipeline: OpenPipeline, services: Services
) -> None:
    pipeline = open_pipeline(STORY)
    pipeline.accept(STORY.steps)
    _forget(pipeline, "rq:*")
    _forget(pipeline, "wake:*")
    services.start_worker()
    wait_until(lambda: pipeline.left() == 0, APPLIED_WITHIN_S, "the sweeper woke a drain")
    pipeline.expect_all_applied_once_in_order()


def test_a_token_without_a_job_holds_nothing_up_for_longer_than_it_lives(
    open_pipeline: OpenPipeline, services: Services
) -> None:
    pipeline = open_pipeline(STORY)
    services.start_worker()
    pipeline.wake.take(pipeline.project_id)
    pipeline.accept(STORY.steps)
    wait_until(lambda: pipeline.left() == 0, APPLIED_WITHIN_S, "the sweeper woke a drain")
    pipeline.expect_all_applied_once_in_order()


def test_deleting_the_keys_of_rq_again_and_again_loses_nothing(
    open_pipeline: OpenPipeline, services: Services
) -> None:
    pipeline = open_pipeline(STORY)
    services.start_worker()
    for step in STORY.steps:
        pipeline.accept([step])
        _forget(pipeline, "rq:*")
    wait_until(lambda: pipeline.left() == 0, APPLIED_WITHIN_S, "everything is applied")
    pipeline.expect_all_applied_once_in_order()


def _forget(pipeline: Pipeline, pattern: str) -> None:
    for key in pipeline.redis.scan_iter(pattern):
        pipeline.redis.delete(key)


# -- a database that goes away in the middle --------------------------------------------------


@pytest.mark.parametrize("point", ["after the lock", "before the commit"])
def test_connections_broken_off_in_the_middle_of_batches_make_no_operation_fail(
    redis_url: str, postgresql_url: str, point: str
) -> None:
    pipeline = Pipeline(redis_url, postgresql_url, STORY)
    pipeline.accept(STORY.steps)
    breaks_left = 5

    def break_off(passed: str) -> None:
        nonlocal breaks_left
        if passed == point and breaks_left:
            breaks_left -= 1
            _end_open_transactions(pipeline)

    pipeline.drain(probe=break_off).run(pipeline.project_id)
    assert breaks_left == 0
    pipeline.expect_all_applied_once_in_order()
    assert pipeline.dead_letters() == {}
    pipeline.close()


def _end_open_transactions(pipeline: Pipeline) -> None:
    others = Database(pipeline.database_url)
    with others.reading() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state = 'idle in transaction'"
        )
    others.close()


# -- several drains ---------------------------------------------------------------------------


def test_while_a_drain_holds_the_project_another_one_leaves(
    redis_url: str, postgresql_url: str
) -> None:
    pipeline = Pipeline(redis_url, postgresql_url, STORY)
    pipeline.accept(STORY.steps)
    departures: list[Departure] = []

    def try_another(point: str) -> None:
        if point in ("after the lock", "before the commit"):
            departures.append(pipeline.drain().run(pipeline.project_id))

    pipeline.drain(probe=try_another).run(pipeline.project_id)
    assert set(departures) == {Departure.BUSY}
    pipeline.expect_all_applied_once_in_order()
    pipeline.close()


def test_what_comes_in_just_before_the_token_is_cleared_is_seen_by_the_last_look(
    open_pipeline: OpenPipeline,
) -> None:
    pipeline = open_pipeline(STORY)
    pipeline.accept(STORY.steps[:7])
    late = iter([STORY.steps[7:10], STORY.steps[10:]])

    def accept_more(point: str) -> None:
        if point == "before clearing the wake token":
            pipeline.accept(next(late, ()))

    pipeline.drain(probe=accept_more).run(pipeline.project_id)
    pipeline.expect_all_applied_once_in_order()


def test_drains_that_run_at_once_on_one_project_apply_everything_once_in_order(
    open_pipeline: OpenPipeline,
) -> None:
    story = busy(120)
    pipeline = open_pipeline(story)
    accepted = threading.Event()
    failures: list[BaseException] = []

    def keep_draining() -> None:
        database = Database(pipeline.database_url)
        try:
            while not accepted.is_set() or pipeline.left():
                pipeline.drain(database=database).run(pipeline.project_id)
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)
        finally:
            database.close()

    drains = [threading.Thread(target=keep_draining) for _ in range(4)]
    for drain in drains:
        drain.start()
    try:
        pipeline.accept(story.steps)
    finally:
        accepted.set()
        for drain in drains:
            drain.join(timeout=30)
    assert failures == []
    pipeline.expect_all_applied_once_in_order()


def test_worker_processes_share_one_project_without_harm(
    open_pipeline: OpenPipeline, services: Services
) -> None:
    story = busy(200)
    pipeline = open_pipeline(story)
    for _ in range(2):
        # They hand over, wake each other and linger as often as they can.
        services.start_worker(drain_batch_size=3, drain_slice_s=0.01, linger_s=0.01)
    pipeline.accept(story.steps)
    wait_until(lambda: pipeline.left() == 0, APPLIED_WITHIN_S, "everything is applied")
    pipeline.expect_all_applied_once_in_order()


# -- an operation that fails by itself --------------------------------------------------------

POISON: dict[str, tuple[str, Json]] = {
    "a field that its type does not have": ("track", {"visitor_id": "mail", "no_such": 1}),
    "a type that does not exist": ("no_such_type", {"visitor_id": "mail"}),
    "a payload that its handler cannot use": ("identify", {"visitor_id": "mail", "metadata": [1]}),
    "a value that the database refuses": (
        "set_deal",
        {"visitor_id": "mail", "deal_value_e4": 10**17},
    ),
}


@pytest.mark.parametrize("batch_size", [1, 2, 100])
@pytest.mark.parametrize("kind", POISON)
def test_poison_is_set_aside_and_everything_around_it_is_applied_in_order(
    open_pipeline: OpenPipeline, kind: str, batch_size: int
) -> None:
    pipeline = open_pipeline(STORY)
    pipeline.accept(STORY.steps[:9])
    poison = [pipeline.put_raw(encoded(*POISON[kind]))]
    pipeline.accept(STORY.steps[9:11])
    poison.append(pipeline.put_raw(encoded(*POISON[kind])))
    pipeline.accept(STORY.steps[11:])
    limits = replace(SMALL_BATCHES, batch_size=batch_size)
    pipeline.drain(limits).run(pipeline.project_id)
    pipeline.expect_all_applied_once_in_order(beside=poison)
    assert list(pipeline.dead_letters()) == poison
    for operation_id in poison:
        receipt = pipeline.receipt(operation_id)
        assert (receipt["status"], receipt["problem"]["code"]) == ("failed", "operation_failed")


@pytest.mark.parametrize("point", ONCE_A_BATCH)
def test_poison_and_a_crash_together_still_lose_nothing(
    open_pipeline: OpenPipeline, point: str
) -> None:
    pipeline = open_pipeline(STORY)
    pipeline.accept(STORY.steps[:9])
    poison = pipeline.put_raw(encoded(*POISON["a field that its type does not have"]))
    pipeline.accept(STORY.steps[9:])
    for _ in range(3):
        with pytest.raises(Crash):
            pipeline.drain(probe=CrashAt(point, 2)).run(pipeline.project_id)
    pipeline.drain().run(pipeline.project_id)
    pipeline.expect_all_applied_once_in_order(beside=[poison])
    assert list(pipeline.dead_letters()) == [poison]
