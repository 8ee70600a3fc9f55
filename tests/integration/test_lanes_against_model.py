"""Live and bulk operations mixed, whatever dies: each lane in its order, as the model says."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tests.integration.crashes import APPLIED_WITHIN_S, CRASH_POINTS, EXAMPLES
from tests.integration.pipeline import Crash, CrashAt, OpenPipeline, Pipeline
from tests.integration.stories import STORY, busy
from tests.model.generate import scenarios
from tests.model.scenario import Scenario
from tests.properties import tried
from tests.services.processes import Services
from tests.services.waiting import wait_until
from workers.drain_terms import Departure
from workers.mailbox.layout import LANES, Lane


def test_a_story_of_which_the_first_half_is_a_backfill_comes_to_what_the_model_says(
    open_pipeline: OpenPipeline,
) -> None:
    pipeline = open_pipeline(STORY)
    pipeline.accept(STORY.steps[:7], "bulk")
    pipeline.accept(STORY.steps[7:])
    _drain_all(pipeline)
    live = [one.operation_id for one in pipeline.taken if one.lane == "live"]
    assert pipeline.ledger_ids()[: len(live)] == live
    pipeline.expect_all_applied_once_in_order()


@tried(EXAMPLES)
@given(
    scenario=scenarios(signed_emails=False),
    lanes=st.lists(st.sampled_from(LANES), min_size=1, max_size=7),
    crashes=st.lists(st.tuples(st.sampled_from(CRASH_POINTS), st.integers(1, 3)), max_size=6),
)
def test_any_sequence_in_any_lanes_survives_any_crashes(
    open_pipeline: OpenPipeline,
    scenario: Scenario,
    lanes: list[Lane],
    crashes: list[tuple[str, int]],
) -> None:
    pipeline = open_pipeline(scenario)
    steps = list(zip(scenario.steps, itertools.cycle(lanes), strict=False))
    # Drains die between and during the acceptance of some of it.
    at_once = -(-len(steps) // (len(crashes) + 1)) or 1
    pieces = [steps[at : at + at_once] for at in range(0, len(steps), at_once)]
    for piece, crash in itertools.zip_longest(pieces, crashes):
        for step, lane in piece or ():
            pipeline.accept([step], lane)
        if crash is not None:
            _drain_until(pipeline, *crash)
    _drain_all(pipeline)
    pipeline.expect_all_applied_once_in_order()


def test_worker_processes_share_one_project_with_a_backfill_and_are_killed_in_it(
    open_pipeline: OpenPipeline, services: Services
) -> None:
    story = busy(200)
    pipeline = open_pipeline(story)
    pipeline.accept(story.steps[:100], "bulk")
    quick = {"drain_batch_size": 3, "bulk_batch_size": 2, "drain_slice_s": 0.01, "linger_s": 0.01}
    workers = [services.start_worker(sweep_interval_s=0.1, **quick) for _ in range(2)]
    wait_until(lambda: len(pipeline.ledger_ids()) >= 10, what="the backfill has begun")
    pipeline.accept(story.steps[100:150])
    workers[0].kill()
    pipeline.accept(story.steps[150:180], "bulk")
    pipeline.accept(story.steps[180:])
    wait_until(lambda: pipeline.left() == 0, APPLIED_WITHIN_S, "everything is applied")
    pipeline.expect_all_applied_once_in_order()


def _drain_all(pipeline: Pipeline) -> None:
    # A backfill gives way to the jobs that acceptance queued, which nobody runs here.
    while pipeline.drain().run(pipeline.project_id) is Departure.HANDED_OVER:
        assert pipeline.left()


def _drain_until(pipeline: Pipeline, point: str, times: int) -> None:
    try:
        pipeline.drain(probe=CrashAt(point, times)).run(pipeline.project_id)
    except Crash:
        return
