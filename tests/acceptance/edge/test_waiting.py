"""How long a caller waits, and what it is told then (contract §4, Answers)."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import httpx2
import pytest

from tests.acceptance.edge.conftest import StartEdge
from tests.acceptance.edge.running import (
    OUTCOME,
    PROBLEM,
    Project,
    RunningEdge,
    eventually,
    settled_record,
)
from workers.mailbox.envelope import QueuedOperation

pytestmark = pytest.mark.anyio

Answered = asyncio.Task[httpx2.Response]


async def _patient(start_edge: StartEdge, project: Project, **settings: object) -> RunningEdge:
    edge = await start_edge(database_url=project.database_url, widget_wait_s=30, **settings)
    await edge.hears()
    return edge


async def _waiting(edge: RunningEdge, **request: Any) -> tuple[Answered, QueuedOperation]:
    """A write whose caller waits, and its entry in the mailbox."""
    before = len(edge.mailbox())
    answered = asyncio.create_task(edge.post(**request))

    async def arrived() -> bool:
        return len(edge.mailbox()) > before and len(edge.edge.waiters) > 0

    await eventually(arrived, "the operation is in the mailbox")
    return answered, edge.mailbox()[-1]


async def _within(answer: Awaitable[httpx2.Response], within_s: float = 5) -> httpx2.Response:
    return await asyncio.wait_for(answer, within_s)


async def test_the_outcome_arrives_by_publication(start_edge: StartEdge, project: Project) -> None:
    edge = await _patient(start_edge, project)
    answered, queued = await _waiting(edge)
    assert edge.publish(queued, settled_record(queued)) == 1
    answer = await _within(answered)
    assert answer.status_code == 200
    assert answer.headers["x-operation-id"] == queued.operation_id
    assert "idempotent-replayed" not in answer.headers
    assert answer.json() == {
        "operation_id": queued.operation_id,
        "type": "identify",
        "status": "applied",
        "event_id": None,
        "stage": {"change": "skipped", "to": "Lead"},
        "warnings": [],
    }


async def test_a_secret_caller_is_told_everything(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await _patient(start_edge, sqlite_project)
    answered, queued = await _waiting(edge, key=sqlite_project.created.secret_token)
    edge.publish(queued, settled_record(queued))
    assert (await _within(answered)).json().items() >= OUTCOME.items()


async def test_without_publication_the_ledger_is_asked(
    start_edge: StartEdge, project: Project
) -> None:
    edge = await _patient(start_edge, project)
    answered, queued = await _waiting(edge)
    project.settle(queued.operation_id, outcome=OUTCOME, status="unchanged")
    answer = await _within(answered)
    assert (answer.status_code, answer.json()["status"]) == (200, "unchanged")


async def test_a_lost_subscription_delays_nobody(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await _patient(start_edge, sqlite_project)
    answered, queued = await _waiting(edge)
    sqlite_project.settle(queued.operation_id, outcome=OUTCOME)
    edge.redis.client_kill_filter(_type="pubsub")
    assert (await _within(answered)).status_code == 200


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"status": "rejected", "problem": PROBLEM}, 404, "visitor_not_found"),
        ({"status": "failed", "problem": None}, 422, "operation_failed"),
    ],
)
async def test_a_refusal_of_the_worker_is_the_answer(
    start_edge: StartEdge, sqlite_project: Project, fields: dict[str, Any], status: int, code: str
) -> None:
    edge = await _patient(start_edge, sqlite_project)
    answered, queued = await _waiting(edge)
    edge.publish(queued, settled_record(queued, outcome=None, **fields))
    answer = await _within(answered)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert problem["operation_id"] == answer.headers["x-operation-id"] == queued.operation_id
    assert answer.headers["content-type"] == "application/problem+json"


async def test_past_its_budget_a_write_is_answered_202(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await start_edge(database_url=sqlite_project.database_url, widget_wait_s=0.05)
    answer = await _within(edge.post())
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [
        (["respond-async"], "respond-async"),
        (["Respond-Async, wait=0"], "respond-async, wait=0"),
        (["wait=0"], "wait=0"),
        (['wait="0"'], "wait=0"),
        (["handling=lenient", "respond-async; x=1"], "respond-async"),
    ],
)
async def test_who_prefers_not_to_wait_is_answered_at_once(
    start_edge: StartEdge, sqlite_project: Project, prefer: list[str], applied: str
) -> None:
    edge = await _patient(start_edge, sqlite_project)
    answer = await _within(edge.post(headers=[("prefer", value) for value in prefer]))
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == applied
    assert edge.mailbox()[0].envelope.reply_to is None


async def test_a_wish_to_wait_is_granted_up_to_the_cap(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await start_edge(database_url=sqlite_project.database_url, max_wait_s=0.1)
    answer = await _within(edge.post(headers={"prefer": "respond-async, wait=20"}))
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "respond-async, wait=0.1"


async def test_nonsense_in_prefer_is_ignored(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await start_edge(database_url=sqlite_project.database_url, widget_wait_s=0.01)
    answer = await _within(edge.post(headers={"prefer": "wait=soon, =, ;;, respond-async=no"}))
    assert answer.status_code == 202
    assert "preference-applied" not in answer.headers


async def test_behind_a_deep_mailbox_nobody_waits(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await _patient(start_edge, sqlite_project, wait_backlog_limit=1)
    assert (await edge.post(headers={"prefer": "respond-async"})).status_code == 202
    answer = await _within(edge.post(headers={"prefer": "wait=20"}))
    assert answer.status_code == 202
    assert "preference-applied" not in answer.headers


async def test_a_stopping_edge_answers_who_waits(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await _patient(start_edge, sqlite_project)
    answered, queued = await _waiting(edge)
    edge.edge.waiters.stop()
    answer = await _within(answered)
    assert (answer.status_code, answer.json()["operation_id"]) == (202, queued.operation_id)
    late = await _within(edge.post())
    assert late.status_code == 202
