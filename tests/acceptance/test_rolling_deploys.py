"""A new release takes the old one's place, process by process, and callers lose nothing (§4)."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest_api.embedded.services import web_is_ready
from tests.acceptance.deployment import Deployment, deploy
from tests.acceptance.project import Project
from tests.acceptance.steady_callers import Callers
from tests.services.processes import ServiceProcess, WebProcess, free_port
from tests.services.waiting import wait_until

NEXT = "tests.services.next_release"
CALLS_BETWEEN = 60
WAIT_S = 0.5


@pytest.fixture
def deployment(redis_url: str, database_url: str, tmp_path: Path) -> Iterator[Deployment]:
    """A deployment of this test's own: all of it is going to be replaced."""
    with deploy(redis_url, database_url, tmp_path, widget_wait_s=WAIT_S) as running:
        yield running


@pytest.fixture
def sqlite_deployment(redis_url: str, sqlite_url: str, tmp_path: Path) -> Iterator[Deployment]:
    """The same, for what depends on no database."""
    with deploy(redis_url, sqlite_url, tmp_path, widget_wait_s=WAIT_S) as running:
        yield running


def next_edge(deployment: Deployment) -> WebProcess:
    """Start an edge of the release to come."""
    port = free_port()
    services = deployment.services
    command = [sys.executable, "-m", NEXT, "ingest_api.cli", "web"]
    environment = services.environment(host="127.0.0.1", port=port)
    web = WebProcess(f"next-web-{port}", command, environment, services.folder)
    web.url = f"http://127.0.0.1:{port}"
    services.started.append(web)
    wait_until(lambda: web_is_ready("127.0.0.1", port), 30, "the next release's edge answers")
    return web


def next_worker(deployment: Deployment) -> ServiceProcess:
    """Start a worker of the release to come."""
    return deployment.services.start_worker(NEXT, "workers")


def some_calls(callers: Callers) -> None:
    """Wait until more has been accepted, so that what comes next comes under load."""
    wanted = callers.accepted + CALLS_BETWEEN
    wait_until(lambda: callers.accepted >= wanted, 60, "calls are accepted")


def expect_nothing_lost(project: Project, callers: Callers) -> None:
    """Each caller's calls are applied once, in its order; what broke off was never accepted."""
    wait_until(lambda: not queued(project, callers), 60, "all that was accepted is applied")
    events = project.activity("event")
    for caller in callers.callers:
        assert caller.other_statuses == set()
        stored = [e["detail"]["value"] for e in events if e["visitor_id"] == caller.name]
        assert stored == caller.accepted
    assert {row["status"] for row in project.rows_of_ledger()} == {"applied"}


def queued(project: Project, callers: Callers) -> int:
    """How many accepted calls have no outcome yet."""
    return callers.accepted - len(project.rows_of_ledger())


def test_processes_are_restarted_one_by_one_under_load(deployment: Deployment) -> None:
    project, services = deployment.new_project(), deployment.services
    callers = Callers(project, [deployment.web, services.start_web()])
    with callers.calling():
        for worker in deployment.workers:
            some_calls(callers)
            assert worker.stop() == 0
            services.start_worker()
        for place, edge in enumerate(list(callers.edges)):
            some_calls(callers)
            assert edge.stop() == 0
            callers.edges[place] = services.start_web()
        some_calls(callers)
    expect_nothing_lost(project, callers)


def test_workers_then_edges_of_a_new_release_take_over_under_load(deployment: Deployment) -> None:
    project = deployment.new_project()
    callers = Callers(project, [deployment.web])
    with callers.calling():
        for worker in deployment.workers:
            some_calls(callers)
            next_worker(deployment)
            assert worker.stop() == 0
        some_calls(callers)
        callers.edges.append(next_edge(deployment))
        some_calls(callers)
        callers.edges.remove(deployment.web)
        assert deployment.web.stop() == 0
        some_calls(callers)
    expect_nothing_lost(project, callers)


def test_what_old_workers_cannot_read_waits_in_its_place_for_a_new_one(
    sqlite_deployment: Deployment,
) -> None:
    project = sqlite_deployment.new_project()
    callers = Callers(project, [sqlite_deployment.web])
    with callers.calling():
        some_calls(callers)
        callers.edges.append(next_edge(sqlite_deployment))
        some_calls(callers)
    assert queued(project, callers) > 0
    next_worker(sqlite_deployment)
    expect_nothing_lost(project, callers)
