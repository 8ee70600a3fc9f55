"""GET /api/dead-letters: what was set aside, and why, without secrets (contract §11)."""

from typing import Any

import pytest
from sqlalchemy import insert

from models.tables import DeadLetterTable
from tests.acceptance.edge.running import NOW_MS, Project, RunningEdge, make_project

pytestmark = pytest.mark.anyio

PATH = "/api/dead-letters"


def set_aside(project: Project, n: int, operation_type: str, payload: dict[str, Any]) -> str:
    operation_id = f"op_{(NOW_MS + n) << 24:018x}" + "0" * 14
    row = {
        "project_id": project.created.project_id,
        "operation_id": operation_id,
        "type": operation_type,
        "envelope": {"version": 1, "type": operation_type, "caller": "secret", "payload": payload},
        "reason": "KeyError",
        "failed_at_ms": NOW_MS,
    }
    project.write(lambda c: c.execute(insert(DeadLetterTable).values(row)))
    return operation_id


async def get(edge: RunningEdge, project: Project, path: str = PATH) -> Any:
    headers = {"authorization": f"Bearer {project.created.secret_token}"}
    return (await edge.client.get(path, headers=headers)).json()


async def test_a_dead_letter_says_why_and_what_it_asked_for(
    edge: RunningEdge, project: Project
) -> None:
    operation_id = set_aside(project, 1, "identify", {"visitor_id": "v1"})
    assert await get(edge, project, f"{PATH}/{operation_id}") == {
        "id": operation_id,
        "operation_id": operation_id,
        "type": "identify",
        "caller": "secret",
        "reason": "KeyError",
        "failed_at": "2025-10-09T08:53:20.000Z",
        "payload": {"visitor_id": "v1"},
    }


@pytest.mark.parametrize(
    ("operation_type", "payload"),
    [
        ("create_identity_secret", {"secret": "hush"}),
        ("create_key", {"digest": "hush"}),
        ("malformed", {"raw": '{"secret": "hush"}'}),
    ],
)
async def test_a_dead_letter_repeats_no_secret(
    edge: RunningEdge, project: Project, operation_type: str, payload: dict[str, Any]
) -> None:
    set_aside(project, 1, operation_type, payload)
    (letter,) = (await get(edge, project))["items"]
    assert letter["payload"] == dict.fromkeys(payload, "redacted")


async def test_dead_letters_are_listed_by_the_page(edge: RunningEdge, project: Project) -> None:
    ids = [set_aside(project, n, "track", {}) for n in range(3)]
    first = await get(edge, project, f"{PATH}?limit=2")
    assert [letter["id"] for letter in first["items"]] == [ids[2], ids[1]]
    rest = await get(edge, project, f"{PATH}?limit=2&cursor={first['next_cursor']}")
    assert ([letter["id"] for letter in rest["items"]], rest["next_cursor"]) == ([ids[0]], None)


async def test_another_projects_dead_letters_do_not_exist(
    edge: RunningEdge, project: Project
) -> None:
    operation_id = set_aside(project, 1, "track", {})
    with make_project(project.database_url, "proj_2") as other:
        assert (await get(edge, other))["items"] == []
        assert (await get(edge, other, f"{PATH}/{operation_id}"))["code"] == "not_found"
