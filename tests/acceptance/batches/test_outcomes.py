"""Batches applied by the whole product, on both databases (contract §10)."""

from typing import Any

import httpx2
import pytest

from tests.acceptance.batches.sending import as_lines, codes, results, track
from tests.acceptance.deployment import Deployment
from tests.acceptance.project import Project
from tests.model.state import Json
from tests.services.waiting import wait_until

PATIENT = {"prefer": "wait=20"}
ANN: Json = {"type": "identify", "visitor_id": "ann", "email": "ann@example.com"}


@pytest.fixture
def project(deployment: Deployment) -> Project:
    """A project of the test's own."""
    return deployment.new_project()


def _batch(
    deployment: Deployment, project: Project, operations: Any, **headers: str
) -> httpx2.Response:
    sent = PATIENT | {"authorization": f"Bearer {project.created.secret_token}"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return deployment.client.post("/api/batch", json={"operations": operations}, headers=sent)


def test_operations_are_applied_in_their_order(deployment: Deployment, project: Project) -> None:
    operations = [
        {"type": "set_stage", "visitor_id": "ann", "stage_name": "Lead"},
        ANN,
        {"type": "set_deal", "visitor_id": "ann", "deal_value": 12.5, "stage_name": "Lead"},
        {"type": "set_stage", "visitor_id": "ann", "stage_name": "Proposal"},
        {"type": "set_stage", "visitor_id": "ann", "stage_name": "Qualified"},
        {"type": "track", "visitor_id": "ann", "name": "Signed Up", "entity": "company"},
        {"type": "set_properties", "visitor_id": "ann", "properties": {"plan": "team"}},
    ]
    answer = _batch(deployment, project, operations)
    assert answer.status_code == 200
    assert codes(answer) == ["visitor_not_found", *["applied"] * 3, "unchanged", *["applied"] * 2]
    settled = results(answer)
    assert [settled[at]["outcome"]["stage"]["change"] for at in (2, 3, 4)] == [
        "set",
        "advanced",
        "skipped",
    ]
    (company,) = project.companies("ann")
    assert (company["stage"], company["deal_value"]) == ("Proposal", "12.5")
    assert project.contact("ann")["metadata"] == {"plan": "team"}
    assert len(project.activity("event")) == 1


def test_a_result_says_what_the_receipt_says(deployment: Deployment, project: Project) -> None:
    answer = _batch(deployment, project, [ANN, {**track(), "visitor_id": "bob", "company_id": "x"}])
    done, refused = results(answer)
    assert project.receipt(done["operation_id"]).body["outcome"] == done["outcome"]
    assert project.receipt(refused["operation_id"]).body["problem"] == refused["problem"]


def test_a_repeated_batch_is_applied_once(deployment: Deployment, project: Project) -> None:
    operations = [ANN, {}, *[track(visitor_id="ann") for _ in range(3)], track(message_id="m")]
    first = _batch(deployment, project, operations, idempotency_key="k")
    again = _batch(deployment, project, operations, idempotency_key="k")
    assert (first.status_code, again.status_code) == (200, 200)
    marked = [each.pop("idempotent_replayed", False) for each in results(again)]
    assert marked == [True, False, True, True, True, True]
    plain = [{**each, "idempotent_replayed": True} for each in results(first)]
    unmarked = [{k: v for k, v in each.items() if k != "idempotent_replayed"} for each in plain]
    assert [
        {k: v for k, v in each.items() if k != "idempotent_replayed"} for each in results(again)
    ] == unmarked
    assert len(project.activity("event")) == 4


def test_a_widget_batch_tells_no_stored_data(deployment: Deployment, project: Project) -> None:
    key = project.created.publishable_key
    body = {"operations": [ANN, {"type": "set_stage", "visitor_id": "ann", "stage_name": "Lead"}]}
    answer = deployment.client.post(
        "/api/widget/batch", json=body, headers=PATIENT | {"authorization": f"Bearer {key}"}
    )
    assert codes(answer) == ["applied", "applied"]
    for each in results(answer):
        assert set(each["outcome"]) == {
            "operation_id",
            "type",
            "status",
            "event_id",
            "stage",
            "warnings",
        }
    assert results(answer)[1]["outcome"]["stage"] == {"change": "set", "to": "Lead"}


def test_a_backfill_of_a_thousand_lines_is_applied(
    deployment: Deployment, project: Project
) -> None:
    answer = deployment.client.post(
        "/api/batch?lane=bulk",
        content=as_lines([track(f"e{number}") for number in range(1000)]),
        headers={
            "content-type": "application/x-ndjson",
            "authorization": f"Bearer {project.created.secret_token}",
        },
    )
    assert answer.status_code == 202
    assert set(codes(answer)) == {"queued"}
    last = results(answer)[-1]["operation_id"]
    assert project.settled(last)["status"] == "applied"
    names = [event["name"] for event in project.activity("event")]
    assert names == [f"e{number}" for number in range(1000)]


def test_a_thousand_operations_are_waited_for(deployment: Deployment, project: Project) -> None:
    operations = [{**ANN, "visitor_id": f"v{at}", "email": None} for at in range(1000)]
    answer = _batch(deployment, project, operations)
    assert answer.status_code == 200
    assert set(codes(answer)) == {"applied"}
    wait_until(lambda: len(project.stored()["visitors"]) == 1000, 5, "all visitors are stored")
