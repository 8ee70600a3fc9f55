"""A backfill in the lane `bulk`: it waits behind live operations, and they do not wait for it."""

import time
from typing import Any

import httpx2
import pytest

from tests.acceptance.batches.sending import codes, results, track
from tests.acceptance.deployment import Deployment
from tests.acceptance.project import Project

BATCHES, IN_BATCH = 6, 1000


@pytest.fixture
def project(deployment: Deployment) -> Project:
    """A project of the test's own."""
    return deployment.new_project()


def _bulk(
    deployment: Deployment, project: Project, operations: Any, **headers: str
) -> httpx2.Response:
    body = {"operations": operations, "lane": "bulk"}
    sent = {"authorization": f"Bearer {project.created.secret_token}", **headers}
    return deployment.client.post("/api/batch", json=body, headers=sent)


def test_live_calls_are_answered_while_a_backfill_waits_and_each_keeps_its_order(
    deployment: Deployment, project: Project
) -> None:
    backfilled: list[str] = []
    for batch in range(BATCHES):
        operations = [
            {"type": "identify", "visitor_id": f"b{batch}-{n}", "user_id": f"b{batch}-{n}"}
            for n in range(IN_BATCH)
        ]
        answer = _bulk(deployment, project, operations)
        assert (answer.status_code, set(codes(answer))) == (202, {"queued"})
        backfilled += [each["operation_id"] for each in results(answer)]
    live = [project.identify("ann", user_id="ann")]
    live += [project.track("ann", f"e{n}", entity="company") for n in range(5)]
    assert {answer.result for answer in live} == {"applied"}
    assert project.receipt(backfilled[-1]).body["status"] == "queued", "it was over too soon"
    project.settled(backfilled[-1], within_s=60.0)
    ledger = sorted(project.rows_of_ledger(), key=lambda row: int(row["sequence"]))
    order = [row["id"] for row in ledger]
    in_bulk = set(backfilled)
    assert [each for each in order if each in in_bulk] == backfilled
    assert [each for each in order if each not in in_bulk] == [a.operation_id for a in live]


@pytest.mark.parametrize(("prefer", "applied"), [("wait=20", "wait=20"), ("wait", "wait=10")])
def test_who_asks_to_wait_for_a_backfill_is_told_its_outcomes(
    deployment: Deployment, project: Project, prefer: str, applied: str
) -> None:
    answer = _bulk(deployment, project, [track(), track()], prefer=prefer)
    assert (answer.status_code, codes(answer)) == (200, ["applied"] * 2)
    assert answer.headers["preference-applied"] == applied


def test_who_does_not_ask_is_told_at_once_where_the_last_receipt_is(
    deployment: Deployment, project: Project
) -> None:
    began_s = time.monotonic()
    answer = _bulk(deployment, project, [track(), track()])
    assert time.monotonic() - began_s < 5
    assert (answer.status_code, codes(answer)) == (202, ["queued"] * 2)
    location = answer.headers["location"]
    assert location == f"/api/operations/{results(answer)[-1]['operation_id']}"
    project.settled(results(answer)[-1]["operation_id"])
    headers = {"authorization": f"Bearer {project.created.secret_token}"}
    receipt = deployment.client.get(location, headers=headers).json()
    assert receipt["status"] == "applied"


def test_a_key_that_was_used_in_a_backfill_is_known_to_live_calls_and_the_other_way(
    deployment: Deployment, project: Project
) -> None:
    first = _bulk(deployment, project, [track("a", message_id="k1")], prefer="wait=20")
    again = project.track("v1", "a", message_id="k1")
    assert again.operation_id == results(first)[0]["operation_id"]
    assert again.headers["idempotent-replayed"] == "true"
    live = project.track("v1", "b", message_id="k2")
    bulk = _bulk(deployment, project, [track("b", message_id="k2")], prefer="wait=20")
    assert results(bulk)[0]["operation_id"] == live.operation_id
    assert results(bulk)[0]["idempotent_replayed"]
    assert len(project.activity("event")) == 2
