"""Projects whose operations share transactions are applied as if each were alone (contract §4)."""

import os
import random
import signal
from collections.abc import Sequence

from tests.integration.pipeline import OpenPipeline, Pipeline
from tests.integration.stories import STORY, busy
from tests.model.scenario import Step
from tests.services.processes import Services
from tests.services.waiting import wait_until
from tests.services.worker_pids import started_pids

PROJECTS = 6
WITHIN_S = 90.0


def accept_in_turns(pipelines: Sequence[Pipeline], steps: Sequence[Step]) -> None:
    """One operation of each, then the next of each."""
    for step in steps:
        for pipeline in pipelines:
            pipeline.accept([step])


def left(pipelines: Sequence[Pipeline]) -> int:
    return sum(pipeline.left() for pipeline in pipelines)


def test_each_has_its_own_order_and_its_own_people(
    open_pipeline: OpenPipeline, services: Services
) -> None:
    # The same people in all of them.
    pipelines = [open_pipeline(STORY) for _ in range(PROJECTS)]
    accept_in_turns(pipelines, STORY.steps[:6])
    services.start_worker(worker_processes=2)
    accept_in_turns(pipelines, STORY.steps[6:])
    wait_until(lambda: not left(pipelines), WITHIN_S, "all are applied")
    for pipeline in pipelines:
        pipeline.expect_all_applied_once_in_order()


def test_processes_that_are_killed_in_rounds_lose_and_double_nothing(
    open_pipeline: OpenPipeline, services: Services
) -> None:
    scenario = busy(60)
    pipelines = [open_pipeline(scenario) for _ in range(PROJECTS)]
    accept_in_turns(pipelines, scenario.steps)
    worker = services.start_worker(log_level="INFO", drain_batch_size=2, drain_shared_batch_size=2)
    chance = random.Random(7)
    killed: set[int] = set()
    while left(pipelines) and len(killed) < 12:
        goal = left(pipelines) - chance.randrange(30)
        wait_until(lambda goal=goal: left(pipelines) <= max(0, goal), WITHIN_S, "it goes on")  # type: ignore[misc]
        if (pid := started_pids(worker)[0]) not in killed:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
    wait_until(lambda: not left(pipelines), WITHIN_S, "the rest is applied")
    assert len(killed) > 3, "they were killed too late to prove anything"
    for pipeline in pipelines:
        pipeline.expect_all_applied_once_in_order()
        assert pipeline.dead_letters() == {}
