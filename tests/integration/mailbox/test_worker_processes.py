"""The processes of a worker come back when they die, make room when they are old, and end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest
from redis import Redis

from tests.integration.pipeline import Pipeline, encoded
from tests.integration.poisoned_worker import WAITS
from tests.integration.stories import STORY
from tests.services.poisoned import start_poisoned_worker
from tests.services.processes import ServiceProcess, Services
from tests.services.waiting import wait_until
from tests.services.worker_pids import lives, pids_of
from workers.mailbox.connection import connect

PATIENCE_S = 60.0
_ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def services(redis_url: str, sqlite_url: str, tmp_path: Path) -> Iterator[Services]:
    with Services(redis_url, sqlite_url, tmp_path) as services:
        yield services


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url, 5.0) as redis:
        yield redis


def two_of(worker: ServiceProcess, redis: Redis, *, without: tuple[int, ...] = ()) -> list[int]:
    """Wait until two processes listen; return their ids."""
    found: list[int] = []

    def are_there() -> bool:
        found[:] = [pid for pid in pids_of(worker, redis) if pid not in without]
        return len(found) == 2

    wait_until(are_there, PATIENCE_S, "two processes listen")
    return found


def test_a_killed_process_comes_back_and_the_other_one_stays(
    services: Services, redis: Redis
) -> None:
    worker = services.start_worker(worker_processes=2)
    killed, other = two_of(worker, redis)
    os.kill(killed, signal.SIGKILL)
    assert other in two_of(worker, redis, without=(killed,))
    assert f"(pid {killed}) ended (SIGKILL) while it was idle" in worker.output()
    assert redis.scard("rq:workers") == 2
    assert worker.stop() == 0
    assert not any(map(lives, (killed, other)))


def test_a_killed_process_leaves_its_mailbox_to_the_next_one(
    services: Services, redis: Redis, redis_url: str, sqlite_url: str
) -> None:
    pipeline = Pipeline(redis_url, sqlite_url, STORY)
    # Nothing but the parent could wake it within the test's time.
    worker = services.start_worker(wake_running_s=600, sweep_interval_s=600)
    pipeline.accept(STORY.steps[:5])
    wait_until(lambda: not pipeline.left(), PATIENCE_S, "the drain lingers")
    (lingering,) = pids_of(worker, redis)
    os.kill(lingering, signal.SIGSTOP)
    pipeline.accept(STORY.steps[5:])
    os.kill(lingering, signal.SIGKILL)
    wait_until(lambda: not pipeline.left(), PATIENCE_S, "the next one went on")
    pipeline.expect_all_applied_once_in_order()
    assert f"while it drained {pipeline.project_id}" in worker.output()
    pipeline.close()


def test_no_process_outlives_a_killed_parent(services: Services, redis: Redis) -> None:
    worker = services.start_worker(worker_processes=2)
    pids = two_of(worker, redis)
    os.kill(worker.pid, signal.SIGKILL)
    wait_until(lambda: not any(map(lives, pids)), PATIENCE_S, "they have ended")
    assert [pid for pid in pids if lives(pid)] == []


def test_a_parent_that_stood_still_looks_after_its_processes_again(
    services: Services, redis: Redis
) -> None:
    worker = services.start_worker(worker_processes=2)
    killed, _ = two_of(worker, redis)
    os.kill(worker.pid, signal.SIGSTOP)
    os.kill(killed, signal.SIGKILL)
    os.kill(worker.pid, signal.SIGCONT)
    two_of(worker, redis, without=(killed,))
    assert worker.stop() == 0


def test_a_process_makes_room_for_a_new_one_when_it_is_old(
    services: Services, redis: Redis
) -> None:
    worker = services.start_worker(worker_processes=2, worker_max_age_s=1.0, log_level="INFO")
    first = two_of(worker, redis)
    wait_until(lambda: not any(map(lives, first)), PATIENCE_S, "both were recycled")
    assert worker.output().count("is recycled: it is ") >= 2
    assert "ended (" not in worker.output()
    assert worker.stop() == 0


def test_a_second_signal_ends_what_does_not_stop(
    services: Services, redis_url: str, sqlite_url: str
) -> None:
    pipeline = Pipeline(redis_url, sqlite_url, STORY)
    worker = start_poisoned_worker(services, decide_timeout_s=600)
    pipeline.put_raw(encoded("track", {"visitor_id": "v", "name": "waits"}))
    wait_until(lambda: WAITS in worker.output(), PATIENCE_S, "it has begun")

    def is_told_again() -> bool:
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGTERM)
        return not worker.is_alive()

    wait_until(is_told_again, PATIENCE_S, "it was killed")
    # Signals that come while it leaves end it too.
    assert worker.wait() in (1, -signal.SIGTERM)
    assert pipeline.left() == 1
    pipeline.close()


_DYING_YOUNG = """
import os
from config.logs import configure_logs
from workers.processes import WorkerProcesses
from workers.recycling import Recycling

configure_logs("INFO", "console")
WorkerProcesses(lambda slate, errand: os._exit(3), 1, 3, Recycling()).run()
"""


def test_processes_that_die_young_are_started_at_growing_intervals() -> None:
    command = [sys.executable, "-c", _DYING_YOUNG]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=_ROOT, text=True) as parent:
        assert parent.stderr is not None
        said = list(islice((line for line in parent.stderr if "(exit code 3)" in line), 3))
        parent.send_signal(signal.SIGTERM)
    for line, pause in zip(said, ("0.1 s", "0.2 s", "0.4 s"), strict=True):
        assert f"starting it again in {pause}" in line


_WITHOUT_ROOM = """
import os, resource, signal
from config.logs import configure_logs
from workers.processes import WorkerProcesses
from workers.recycling import Recycling

def make_room(*_):
    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))

configure_logs("INFO", "console")
if os.getuid() == 0:
    os.setuid(65534)  # root may have any number of processes
_, most = resource.getrlimit(resource.RLIMIT_NPROC)
resource.setrlimit(resource.RLIMIT_NPROC, (0, most))
signal.signal(signal.SIGALRM, make_room)
signal.setitimer(signal.ITIMER_REAL, 0.2)
WorkerProcesses(lambda slate, errand: None, 1, 3, Recycling(), is_burst=True).run()
"""


def test_a_process_that_cannot_be_forked_is_started_when_there_is_room() -> None:
    command = [sys.executable, "-c", _WITHOUT_ROOM]
    ended = subprocess.run(
        command, capture_output=True, cwd=_ROOT, text=True, timeout=PATIENCE_S, check=True
    )
    assert "worker process 1 cannot start" in ended.stderr
    assert "worker process 1 started" in ended.stderr
