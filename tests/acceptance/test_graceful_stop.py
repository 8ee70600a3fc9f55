"""SIGTERM under load (contract §4): whatever was accepted is applied, once, by whoever is left."""

import signal
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.acceptance.crowd import applied_count, at_once, await_applied
from tests.acceptance.deployment import Deployment, deploy
from tests.acceptance.project import Answer, Project
from tests.services.waiting import wait_until

CALLERS = 8
BACKLOG = 400


@pytest.fixture
def deployment(redis_url: str, database_url: str, tmp_path: Path) -> Iterator[Deployment]:
    """A deployment of this test's own: it is going to be stopped."""
    with deploy(redis_url, database_url, tmp_path, workers=1) as running:
        yield running


class _Load:
    """Callers that track one event after the other until they are told to stop."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.accepted: list[str] = []
        self.refused: list[Answer] = []
        self.unanswered: list[str] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(n,)) for n in range(CALLERS)]

    def begin(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def _call(self, caller: int) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            name = f"e-{caller}-{number}"
            try:
                answer = self.project.track(f"v{caller}", name)
            except httpx2.TransportError:
                self.unanswered.append(name)
                continue
            if answer.status in (200, 202):
                self.accepted.append(name)
            else:
                self.refused.append(answer)


def test_an_edge_that_is_stopped_under_load_loses_nothing_that_it_accepted(
    deployment: Deployment,
) -> None:
    project = deployment.new_project()
    load = _Load(project)
    load.begin()
    try:
        wait_until(lambda: len(load.accepted) > 100, what="the load is under way")
        code = deployment.web.stop()
    finally:
        load.end()
    assert code == 0
    assert "Traceback" not in deployment.web.output()
    assert {answer.refusal for answer in load.refused} <= {(503, "unavailable")}
    await_applied(project, len(load.accepted))
    stored = Counter(event["name"] for event in project.stored()["events"])
    assert set(stored.values()) == {1}
    assert set(load.accepted) <= stored.keys()
    assert stored.keys() <= {*load.accepted, *load.unanswered}


def test_a_worker_that_is_stopped_in_a_backlog_leaves_the_rest_to_the_next(
    deployment: Deployment,
) -> None:
    project = deployment.new_project()
    (first,) = deployment.workers
    slow = deployment.services.start_worker(drain_batch_size=2)
    assert first.stop() == 0

    def post(number: int) -> str:
        body = {"visitor_id": f"v{number % 5}", "name": f"e{number}"}
        return project.post("track", body, Prefer="respond-async").operation_id

    slow.send(signal.SIGSTOP)
    accepted = at_once(CALLERS, post, range(BACKLOG))
    slow.send(signal.SIGCONT)
    wait_until(lambda: applied_count(project) >= 20, what="the worker has begun")
    assert slow.stop() == 0
    done = applied_count(project)
    assert 20 <= done < BACKLOG, "the worker was stopped too late to prove anything"
    deployment.services.start_worker()
    await_applied(project, BACKLOG)
    ledger = sorted(project.rows_of_ledger(), key=lambda row: row["sequence"])
    assert [row["id"] for row in ledger] == sorted(accepted)
    assert {row["status"] for row in ledger} == {"applied"}
    assert len(project.stored()["events"]) == BACKLOG
