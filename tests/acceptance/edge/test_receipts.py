"""The readable record of an operation (contract §4, Receipt)."""

import pytest

from tests.acceptance.edge.running import (
    OUTCOME,
    PROBLEM,
    Project,
    RunningEdge,
    make_project,
)

pytestmark = pytest.mark.anyio

OPERATION_ID = "op_" + "0" * 31 + "1"
CHANGE = {
    "record": "company",
    "id": "com_1",
    "pointer": "/deal_value_e4",
    "before": None,
    "after": 25_000,
}


async def test_a_202_can_be_read_at_once(edge: RunningEdge, project: Project) -> None:
    accepted = await edge.post()
    answer = await edge.client.get(accepted.headers["location"])
    receipt = answer.json()
    assert answer.status_code == 200
    assert receipt == {
        "operation_id": accepted.json()["operation_id"],
        "type": "identify",
        "status": "queued",
        "accepted_at": receipt["accepted_at"],
        "applied_at": None,
        "outcome": None,
        "problem": None,
    }
    assert len(receipt["accepted_at"]) == len("2026-01-01T00:00:00.000Z")


async def test_a_publishable_caller_sees_no_stored_data(
    edge: RunningEdge, project: Project
) -> None:
    project.settle(OPERATION_ID, outcome=OUTCOME, changes=[CHANGE])
    for how in ("body", "key"):
        headers = {"authorization": f"Bearer {project.created.publishable_key}"}
        answer = await edge.client.get(
            f"/api/widget/operations/{OPERATION_ID}{'?app_id=proj_1' if how == 'body' else ''}",
            headers=headers if how == "key" else {},
        )
        assert answer.json() == {
            "operation_id": OPERATION_ID,
            "type": "identify",
            "status": "applied",
            "accepted_at": "2025-10-09T08:53:20.000Z",
            "applied_at": "2025-10-09T08:53:20.007Z",
            "outcome": {
                "operation_id": OPERATION_ID,
                "type": "identify",
                "status": "applied",
                "event_id": None,
                "stage": {"change": "skipped", "to": "Lead"},
                "warnings": [],
            },
            "problem": None,
        }


async def test_a_secret_caller_sees_what_it_changed(edge: RunningEdge, project: Project) -> None:
    project.settle(OPERATION_ID, outcome=OUTCOME, changes=[CHANGE])
    answer = await edge.client.get(
        f"/api/widget/operations/{OPERATION_ID}",
        headers={"authorization": f"Bearer {project.created.secret_token}"},
    )
    receipt = answer.json()
    assert receipt["changes"] == [{**CHANGE, "pointer": "/deal_value", "after": 2.5}]
    assert receipt["outcome"]["contact_id"] == "con_1"
    assert receipt["outcome"]["stage"] == OUTCOME["stage"]


async def test_a_rejected_operation_shows_its_problem(edge: RunningEdge, project: Project) -> None:
    project.settle(OPERATION_ID, status="rejected", problem=PROBLEM)
    answer = await edge.client.get(f"/api/widget/operations/{OPERATION_ID}?app_id=proj_1")
    receipt = answer.json()
    assert (answer.status_code, receipt["status"], receipt["outcome"]) == (200, "rejected", None)
    assert receipt["problem"]["status"] == 404
    assert receipt["problem"]["code"] == "visitor_not_found"
    assert receipt["problem"]["operation_id"] == OPERATION_ID


@pytest.mark.parametrize(
    "operation_id",
    [
        "op_" + "0" * 31 + "2",
        "op_",
        "nothing",
        "..%2F..%2Fetc",
        "a/b",
        "%00",
        "op_" + "%F0%9F%98%80" * 32,
        "op_" + "g" * 32,
        "op_" + "0" * 31 + "%0A",
        "x" * 5000,
        "' OR 1=1 --",
    ],
)
async def test_an_unknown_or_hostile_id_is_not_found(
    sqlite_edge: RunningEdge, operation_id: str
) -> None:
    answer = await sqlite_edge.client.get(f"/api/widget/operations/{operation_id}?app_id=proj_1")
    assert (answer.status_code, answer.json()["code"]) == (404, "operation_not_found")


async def test_another_projects_operation_is_not_found(edge: RunningEdge, project: Project) -> None:
    queued_id = (await edge.post()).json()["operation_id"]
    project.settle(OPERATION_ID, outcome=OUTCOME)
    with make_project(project.database_url, "proj_2"):
        for operation_id in (queued_id, OPERATION_ID):
            answer = await edge.client.get(f"/api/widget/operations/{operation_id}?app_id=proj_2")
            assert (answer.status_code, answer.json()["code"]) == (404, "operation_not_found")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 401, "unauthenticated"),
        ("?app_id=nobody", 401, "unauthenticated"),
        ("?app_id=proj_1&project_id=proj_2", 400, "project_mismatch"),
        ("?app_id=proj_1&app_id=proj_1", 400, "invalid_request"),
        ("?app_id=%FF", 400, "invalid_request"),
        ("?" + "&".join(["a=1"] * 100), 400, "invalid_request"),
    ],
)
async def test_a_receipt_asks_for_a_credential_too(
    sqlite_edge: RunningEdge, query: str, status: int, code: str
) -> None:
    answer = await sqlite_edge.client.get(f"/api/widget/operations/{OPERATION_ID}{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
