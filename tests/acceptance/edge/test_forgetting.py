"""Who is told that a setting is written is judged by it, at every edge (contract §2, §4)."""

import asyncio
from collections.abc import Iterator

import pytest

from models.operations import Operation
from models.operations.credentials import CreateKey, RevokeKey
from models.operations.project import UpdateProject
from models.provisioning.keys import new_key
from tests.acceptance.edge.conftest import StartEdge
from tests.acceptance.edge.running import RunningEdge, eventually
from tests.integration.desk import Desk, open_desk

pytestmark = pytest.mark.anyio

LONG_LIFE_S = 3600.0


@pytest.fixture
def desk(redis_url: str, sqlite_url: str) -> Iterator[Desk]:
    with open_desk(redis_url, sqlite_url) as desk:
        yield desk


@pytest.fixture
async def edges(start_edge: StartEdge, desk: Desk) -> list[RunningEdge]:
    """Two edges that would remember for an hour."""
    return [
        await start_edge(database_url=desk.database_url, project_cache_ttl_s=LONG_LIFE_S)
        for _ in range(2)
    ]


async def statuses(edges: list[RunningEdge], desk: Desk, key: str | None) -> list[int]:
    body = {"visitor_id": "v"} if key else {"visitor_id": "v", "app_id": desk.project_id}
    return [(await edge.post(body=body, key=key)).status_code for edge in edges]


async def until_all_answer(
    edges: list[RunningEdge], desk: Desk, key: str | None, status: int
) -> None:
    async def they_do() -> bool:
        return await statuses(edges, desk, key) == [status, status]

    await eventually(they_do, f"every edge answers {status}")


async def write(desk: Desk, operation: Operation) -> None:
    (receipt,) = await asyncio.to_thread(desk.write, operation)
    assert receipt["status"] == "applied"


async def test_a_changed_setting_is_known_to_every_edge_at_once(
    edges: list[RunningEdge], desk: Desk
) -> None:
    assert await statuses(edges, desk, None) == [202, 202]
    await write(desk, UpdateProject({"require_publishable_key": True}))
    await until_all_answer(edges, desk, None, 401)


async def test_a_key_opens_every_edge_from_its_making_to_its_revocation(
    edges: list[RunningEdge], desk: Desk
) -> None:
    new = new_key("publishable")
    assert await statuses(edges, desk, new.printed) == [401, 401]
    (made,) = await asyncio.to_thread(desk.write, CreateKey("publishable", new.prefix, new.digest))
    await until_all_answer(edges, desk, new.printed, 202)
    await write(desk, RevokeKey(made["outcome"]["record"]["id"]))
    await until_all_answer(edges, desk, new.printed, 401)
