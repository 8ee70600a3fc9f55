"""Edges and workers of one machine count together, and any of them tells it (contract §13)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from config.version import VERSION
from models.database import Database
from models.provisioning.projects import CreatedProject, create_project
from tests.acceptance.deployment import PATIENT
from tests.acceptance.project import Project
from tests.services.processes import Services, free_port
from tests.services.waiting import wait_until

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")


def _samples(url: str) -> dict[str, float]:
    """Every sample of a scrape, under its name with its labels."""
    lines = [line for line in httpx2.get(url).text.splitlines() if not line.startswith("#")]
    found = [SAMPLE.fullmatch(line) for line in lines]
    return {f"{each[1]}{{{each[2] or ''}}}": float(each[3]) for each in found if each}


@pytest.fixture
def services(redis_url: str, sqlite_url: str, tmp_path: Path) -> Iterator[Services]:
    folder = {"prometheus_multiproc_dir": tmp_path / "metrics"}
    with Services(redis_url, sqlite_url, tmp_path, **PATIENT, **folder) as running:
        yield running


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def created(database: Database) -> CreatedProject:
    with database.transaction() as connection:
        return create_project(connection, "proj_1", "Demo", ("Lead",), 1)


def test_an_edge_and_a_worker_tell_of_all_processes(
    services: Services, created: CreatedProject, database: Database
) -> None:
    port = free_port()
    web = services.start_web()
    worker = services.start_worker(worker_metrics_port=port, worker_processes=2)
    with httpx2.Client(base_url=web.url, timeout=20) as client:
        project = Project(created, client, database)
        for n in range(20):
            assert project.post("identify", {"visitor_id": f"v{n}"}).status == 200
        assert (
            project.post("set-stage", {"visitor_id": "nobody", "stage_name": "Lead"}).status == 404
        )

    def told(url: str) -> bool:
        found = _samples(f"{url}/metrics")
        settled = 'hal_operations_settled_total{lane="live",status="%s",type="%s"}'
        return (
            found.get('hal_operations_accepted_total{lane="live",type="identify"}') == 20
            and found.get(settled % ("applied", "identify")) == 20
            and found.get(settled % ("rejected", "set_stage")) == 1
            and found.get('hal_acceptance_to_commit_seconds_count{lane="live"}') == 21
            and found.get(f'hal_processes{{kind="edge",version="{VERSION}"}}') == 1
            and found.get(f'hal_processes{{kind="worker",version="{VERSION}"}}') == 2
        )

    wait_until(lambda: told(web.url), what="the edge tells of all")
    wait_until(lambda: told(f"http://127.0.0.1:{port}"), what="the worker tells of all")
    found = _samples(f"{web.url}/metrics")
    wait_until(lambda: _samples(f"{web.url}/metrics")["hal_rq_workers{}"] == 2, what="both live")
    assert found['hal_requests_refused_total{code="visitor_not_found"}'] == 1
    assert found['hal_drain_phase_seconds_total{phase="commit"}'] > 0
    assert found['hal_redis_round_trip_seconds_count{at="head"}'] > 0
    assert found['hal_worker_processes_ended_total{how="died"}'] == 0
    worker.kill()
    alone = f'hal_processes{{kind="worker",version="{VERSION}"}}'
    wait_until(lambda: alone not in _samples(f"{web.url}/metrics"), what="the dead do not count")
    kept = _samples(f"{web.url}/metrics")
    assert kept['hal_acceptance_to_commit_seconds_count{lane="live"}'] == 21


def test_processes_of_one_command_count_together_without_a_folder(
    redis_url: str, sqlite_url: str, tmp_path: Path, created: CreatedProject
) -> None:
    temporary, port = tmp_path / "temporary", free_port()
    temporary.mkdir()
    with Services(redis_url, sqlite_url, tmp_path, **PATIENT, tmpdir=temporary) as services:
        web = services.start_web(web_workers=2)
        worker = services.start_worker(worker_metrics_port=port)
        with httpx2.Client(base_url=web.url, timeout=20) as client:
            for _ in range(10):
                body = {"app_id": created.project_id, "visitor_id": "v"}
                client.post("/api/widget/identify", json=body, headers={"connection": "close"})
        accepted = 'hal_operations_accepted_total{lane="live",type="identify"}'
        settled = 'hal_acceptance_to_commit_seconds_count{lane="live"}'
        wait_until(lambda: _samples(f"{web.url}/metrics").get(accepted) == 10)
        wait_until(lambda: _samples(f"http://127.0.0.1:{port}/metrics").get(settled) == 10)
        assert settled not in _samples(f"{web.url}/metrics")
        assert (web.stop(), worker.stop()) == (0, 0)
    assert list(temporary.iterdir()) == []


def test_what_waits_is_told_by_project_and_the_rest_as_one(
    services: Services, created: CreatedProject, database: Database
) -> None:
    with database.transaction() as connection:
        others = [create_project(connection, f"proj_{n}", "Demo", (), 1) for n in (2, 3)]
    web = services.start_web(metrics_projects=1, stuck_after_s=0.001)
    with httpx2.Client(base_url=web.url) as client:
        for count, project in enumerate((created, *others), 1):
            for _ in range(count):
                body = {"app_id": project.project_id, "visitor_id": "v"}
                prefer = {"prefer": "respond-async"}
                client.post("/api/widget/identify", json=body, headers=prefer)
        ready = client.get("/readyz")
    found = _samples(f"{web.url}/metrics")
    entries = {k: v for k, v in found.items() if k.startswith("hal_mailbox_entries") and v}
    assert entries == {
        'hal_mailbox_entries{lane="live",project="proj_3"}': 3,
        'hal_mailbox_entries{lane="live",project="proj_1"}': 1,
        'hal_mailbox_entries{lane="live",project="(other)"}': 2,
    }
    assert found["hal_mailboxes_waiting{}"] == 3
    assert found['hal_mailbox_bytes{project="proj_3"}'] > 3 * 100
    assert 0 < found['hal_mailbox_oldest_seconds{lane="live",project="proj_1"}'] < 60
    assert found['hal_mailbox_oldest_seconds{lane="bulk",project="proj_1"}'] == 0
    assert found["hal_rq_workers{}"] == 0
    assert found['hal_store_readable{store="redis"}'] == 1
    warned = {each["code"] for each in ready.json()["warnings"]}
    assert (ready.status_code, ready.json()["checks"]["mailbox"]["projects_waiting"]) == (200, 3)
    assert warned == {"no_worker", "operations_wait", "redis_not_durable"}


def test_a_trace_is_named_by_the_worker_too(
    services: Services, created: CreatedProject, database: Database
) -> None:
    web = services.start_web()
    worker = services.start_worker(log_level="DEBUG", log_format="json")
    with httpx2.Client(base_url=web.url, timeout=20) as client:
        project = Project(created, client, database)
        sent = project.post("identify", {"visitor_id": "v"}, traceparent=f"00-{TRACE}-{SPAN}-01")
    worker.stop()
    lines = [json.loads(line) for line in worker.output().splitlines()]
    (batch,) = [line for line in lines if line["event"] == "a batch is settled"]
    (operation,) = [line for line in lines if line["event"] == "an operation is settled"]
    assert (batch["project_id"], batch["operations"], batch["applied"]) == ("proj_1", 1, 1)
    named = ("project_id", "operation_id", "trace_id", "span_id", "status", "lane")
    assert [operation[name] for name in named] == [
        "proj_1", sent.operation_id, TRACE, SPAN, "applied", "live",
    ]  # fmt: skip
