"""Who would wait in vain is told so at once, and not that it waited (contract §4, Answers)."""

import asyncio

import httpx2
import pytest

from ingest_api.pace import DEEP_ENTRIES
from tests.acceptance.edge.conftest import StartEdge
from tests.acceptance.edge.running import Project, RunningEdge, eventually

pytestmark = pytest.mark.anyio

IN_BATCH = 100
PATIENT = {"prefer": "wait=20"}
KEY = {"idempotency-key": "k1"}


async def _backlog(edge: RunningEdge) -> None:
    """Lets so many wait that those behind them learn something from it."""
    operations = [{"type": "track", "visitor_id": "v1", "name": "x"}] * IN_BATCH
    body = {"app_id": "proj_1", "operations": operations}
    for _ in range(DEEP_ENTRIES // IN_BATCH):
        answer = await edge.post("batch", body, {"prefer": "respond-async"})
        assert answer.status_code == 202


async def _full_house(edge: RunningEdge) -> "asyncio.Task[httpx2.Response]":
    """One who waits, where no more than one may."""
    waiting = asyncio.create_task(edge.post(headers=PATIENT | KEY))

    async def it_waits() -> bool:
        return len(edge.edge.waiters) == 1

    await eventually(it_waits, "the first waits")
    return waiting


def _waited(answer: httpx2.Response) -> str | None:
    assert (answer.status_code, "location" in answer.headers) == (202, True)
    applied: str | None = answer.headers.get("preference-applied")
    return applied


async def test_where_one_waited_in_vain_the_next_one_does_not(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await start_edge(database_url=sqlite_project.database_url, max_wait_s=0.2)
    await edge.hears()
    await _backlog(edge)
    answers = [await edge.post(headers=PATIENT) for _ in range(2)]
    body = {"app_id": "proj_1", "operations": [{"type": "identify", "visitor_id": "v1"}]}
    answers.append(await edge.post("batch", body, PATIENT))
    assert [_waited(each) for each in answers] == ["wait=0.2", None, None]


async def test_beside_as_many_as_may_wait_nobody_waits_longer(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await start_edge(database_url=sqlite_project.database_url, waiting_callers_limit=1)
    waiting = await _full_house(edge)
    answer = await asyncio.wait_for(edge.post(headers=PATIENT), 5)
    assert _waited(answer) is None
    edge.edge.waiters.stop()
    await waiting


async def test_a_repeat_that_would_wait_in_vain_has_the_same_receipt_at_once(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await start_edge(database_url=sqlite_project.database_url, waiting_callers_limit=1)
    waiting = await _full_house(edge)
    repeat = await asyncio.wait_for(edge.post(headers=PATIENT | KEY), 5)
    assert _waited(repeat) is None
    edge.edge.waiters.stop()
    assert (await waiting).json() == repeat.json()
