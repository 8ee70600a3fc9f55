"""A worker process outlives its services' outages and ends gracefully."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.pipeline import Pipeline
from tests.integration.stories import STORY, busy
from tests.services.processes import ServiceProcess, Services
from tests.services.redis_process import RedisProcess
from tests.services.waiting import wait_until
from workers.mailbox.connection import connect
from workers.mailbox.layout import wake_key

_ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-m", "workers"]
# The contract's bound (§4 Outages), counted from when everything is back.
APPLIED_WITHIN_S = 10.0


@pytest.fixture
def services(own_redis: RedisProcess, sqlite_url: str, tmp_path: Path) -> Iterator[Services]:
    with Services(own_redis.url, sqlite_url, tmp_path) as services:
        yield services


@pytest.fixture
def pipeline(own_redis: RedisProcess, sqlite_url: str) -> Iterator[Pipeline]:
    pipeline = Pipeline(own_redis.url, sqlite_url, STORY)
    yield pipeline
    pipeline.close()


def _expect_applied(pipeline: Pipeline) -> None:
    wait_until(lambda: pipeline.left() == 0, APPLIED_WITHIN_S, "everything is applied")
    pipeline.expect_all_applied_once_in_order()


def test_a_redis_that_was_killed_and_restarted_finds_its_worker_at_work(
    own_redis: RedisProcess, services: Services, pipeline: Pipeline
) -> None:
    worker = services.start_worker()
    pipeline.accept(STORY.steps[:3])
    own_redis.kill()
    own_redis.start()
    pipeline.accept(STORY.steps[3:])
    _expect_applied(pipeline)
    assert worker.is_alive()
    assert worker.stop() == 0


def test_a_redis_that_was_silent_for_a_while_finds_its_worker_at_work(
    own_redis: RedisProcess, services: Services, pipeline: Pipeline
) -> None:
    worker = services.start_worker(redis_timeout_s=0.2, linger_s=0.1)
    own_redis.pause()
    wait_until(lambda: "Redis is away" in worker.output(), what="the worker noticed")
    own_redis.resume()
    pipeline.accept(STORY.steps)
    _expect_applied(pipeline)
    assert worker.stop() == 0


def test_a_worker_that_starts_without_redis_waits_for_it(
    own_redis: RedisProcess, services: Services, pipeline: Pipeline
) -> None:
    pipeline.accept(STORY.steps)
    own_redis.kill()
    worker = services.start("worker", COMMAND)
    wait_until(lambda: "Redis is away" in worker.output(), what="the worker noticed")
    own_redis.start()
    _expect_applied(pipeline)
    assert worker.stop() == 0


def test_a_lingering_drain_outlasts_a_short_timeout_of_its_client(
    services: Services, pipeline: Pipeline, own_redis: RedisProcess
) -> None:
    worker = services.start_worker(redis_timeout_s=0.2)
    pipeline.accept(STORY.steps)
    _expect_applied(pipeline)
    with connect(own_redis.url, 1.0) as redis:
        token = wake_key(pipeline.project_id)
        lives_ms = [redis.pttl(token)]

        def refreshed() -> bool:
            lives_ms.append(redis.pttl(token))
            return bool(lives_ms[-1] > lives_ms[-2])

        wait_until(refreshed, what="the lingering drain held its token again")
    assert "Redis is away" not in worker.output()
    assert worker.stop() == 0


def test_a_worker_that_starts_on_a_full_redis_empties_it(
    own_redis: RedisProcess, services: Services, pipeline: Pipeline
) -> None:
    pipeline.accept(STORY.steps)
    with connect(own_redis.url, 1.0) as redis:
        redis.config_set("maxmemory", 1)
    worker = services.start("worker", COMMAND)
    _expect_applied(pipeline)
    assert worker.stop() == 0


def test_a_worker_without_redis_stops_when_told(
    own_redis: RedisProcess, services: Services
) -> None:
    own_redis.kill()
    worker = services.start("worker", COMMAND)
    wait_until(lambda: "Redis is away" in worker.output(), what="the worker noticed")
    assert worker.stop(within_s=5) == 0


def test_a_database_that_is_locked_for_a_while_fails_no_operation(
    services: Services, pipeline: Pipeline
) -> None:
    path = pipeline.database_url.partition("///")[2]
    services.start_worker(lock_timeout_s=0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        pipeline.accept(STORY.steps)
        worker = services.started[0]
        wait_until(lambda: worker.output().count("away or busy") >= 3, what="it was tried again")
        holder.execute("ROLLBACK")
    _expect_applied(pipeline)
    assert pipeline.dead_letters() == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_worker_ends_at_once_and_cleanly(
    services: Services, number: signal.Signals
) -> None:
    worker = services.start_worker()
    worker.send(number)
    assert worker.wait(within_s=5) == 0
    assert "Traceback" not in worker.output()


def test_a_lingering_worker_ends_at_once_and_cleanly(
    services: Services, pipeline: Pipeline
) -> None:
    worker = services.start_worker(linger_s=60)
    pipeline.accept(STORY.steps)
    _expect_applied(pipeline)
    assert worker.stop(within_s=5) == 0


def test_a_stop_in_a_backlog_finishes_the_batch_and_leaves_the_rest_to_the_next_worker(
    services: Services, pipeline: Pipeline
) -> None:
    story = busy(300)
    pipeline.accept(story.steps)
    worker = services.start_worker(drain_batch_size=2)
    wait_until(lambda: len(pipeline.ledger_ids()) >= 10, what="it has begun")
    assert worker.stop() == 0
    done = len(pipeline.ledger_ids())
    assert 0 < pipeline.left() == len(story.steps) - done
    services.start_worker()
    _expect_applied(pipeline)


def test_a_burst_applies_what_is_queued_and_ends(services: Services, pipeline: Pipeline) -> None:
    pipeline.accept(STORY.steps)
    worker: ServiceProcess = services.start("worker", [*COMMAND, "--burst"])
    assert worker.wait() == 0
    assert pipeline.left() == 0


def test_the_command_explains_itself() -> None:
    told = subprocess.run([*COMMAND, "--help"], capture_output=True, cwd=_ROOT, check=True)
    assert b"--burst" in told.stdout


def test_a_bad_setting_stops_the_start_with_one_clear_line(services: Services) -> None:
    worker = services.start("worker", COMMAND, drain_batch_size=0)
    assert worker.wait() == 2
    assert worker.output().startswith("hal-ingest: DRAIN_BATCH_SIZE: ")
    assert worker.output().count("\n") == 1
