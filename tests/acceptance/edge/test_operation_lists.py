"""GET /api/operations: where did it go? Waiting and settled operations in one list (§11)."""

from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from ingest_api import receipts
from tests.acceptance.edge.running import (
    NOW_MS,
    OUTCOME,
    PROBLEM,
    Project,
    RunningEdge,
    make_project,
)
from workers.mailbox.envelope import Envelope, encode
from workers.mailbox.layout import LANES, stream_key
from workers.mailbox.operation_ids import operation_id
from workers.mailbox.post import new_nonce

pytestmark = pytest.mark.anyio


def settled_id(n: int) -> str:
    """Accepted long before anything that a test posts; a greater n is later."""
    return f"op_{(NOW_MS + n) << 24:018x}" + "0" * 14


def settle(project: Project, n: int, **columns: Any) -> str:
    project.settle(settled_id(n), **{"sequence": n, "outcome": OUTCOME, **columns})
    return settled_id(n)


async def get(edge: RunningEdge, project: Project, **query: object) -> httpx2.Response:
    return await edge.client.get(
        f"/api/operations?{urlencode(query)}",
        headers={"authorization": f"Bearer {project.created.secret_token}"},
    )


async def ids(edge: RunningEdge, project: Project, **query: object) -> list[str]:
    """The ids of all operations, page by page."""
    found: list[str] = []
    cursor: dict[str, object] = {}
    while True:
        page = (await get(edge, project, **query, **cursor)).json()
        found += [item["operation_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def post(edge: RunningEdge, visitor_id: str = "v1", path: str = "identify") -> str:
    body = {"app_id": "proj_1", "visitor_id": visitor_id, "name": "login", "properties": {}}
    operation_id: str = (await edge.post(path, body)).json()["operation_id"]
    return operation_id


async def ask_later(edge: RunningEdge, project: Project, method: str, contact_id: str) -> str:
    """Ask for an account write of a contact that nobody waits for; the id of its operation."""
    answer = await edge.client.request(
        method,
        f"/api/contacts/{contact_id}",
        json={} if method == "DELETE" else {"name": "Ann"},
        headers={
            "authorization": f"Bearer {project.created.secret_token}",
            "prefer": "respond-async",
        },
    )
    operation_id: str = answer.json()["operation_id"]
    return operation_id


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 200])
async def test_what_waits_comes_before_what_is_settled(
    edge: RunningEdge, project: Project, limit: int
) -> None:
    settled = [settle(project, n) for n in range(3)]
    waiting = [await post(edge) for _ in range(3)]
    assert await ids(edge, project, limit=limit) == [*settled, *waiting][::-1]


@pytest.mark.parametrize("limit", [1, 2, 200])
async def test_what_waits_in_both_lanes_is_one_list_by_acceptance(
    edge: RunningEdge, project: Project, limit: int
) -> None:
    waiting = []
    for lane in ("live", "bulk", "bulk", "live", "bulk"):
        answer = await edge.client.post(
            f"/api/batch?lane={lane}",
            json={"operations": [{"type": "track", "visitor_id": "v1", "name": "login"}]},
            headers={
                "authorization": f"Bearer {project.created.secret_token}",
                "prefer": "respond-async",
            },
        )
        waiting.append(answer.json()["results"][0]["operation_id"])
    assert await ids(edge, project, limit=limit) == sorted(waiting, reverse=True)


@pytest.mark.parametrize("limit", [1, 2])
async def test_entries_of_one_time_and_number_in_both_lanes_are_both_listed(
    edge: RunningEdge, project: Project, limit: int
) -> None:
    waiting = []
    for lane in LANES:
        sent = Envelope(new_nonce(), "track", "secret", {"visitor_id": "v1"}, "")
        edge.redis.xadd(stream_key("proj_1", lane), {"e": encode(sent)}, id=f"{NOW_MS}-1")
        waiting.append(operation_id(f"{NOW_MS}-1", sent.nonce))
    assert await ids(edge, project, limit=limit) == sorted(waiting, reverse=True)


async def test_an_operation_that_is_in_both_places_is_shown_once_as_settled(
    edge: RunningEdge, project: Project
) -> None:
    operation_id, later = await post(edge), await post(edge)
    project.settle(operation_id, outcome=OUTCOME)
    items = (await get(edge, project)).json()["items"]
    assert [(item["operation_id"], item["status"]) for item in items] == [
        (later, "queued"),
        (operation_id, "applied"),
    ]


async def test_an_item_is_the_receipt_with_its_caller_and_visitor(
    edge: RunningEdge, project: Project
) -> None:
    change = {"record": "company", "id": "com_1", "pointer": "/stage", "before": None, "after": "A"}
    settle(project, 1, visitor_id="v7", caller="publishable", changes=[change])
    settle(project, 2, status="rejected", problem=PROBLEM, outcome=None, caller="api")
    queued_id = await post(edge, "v9")
    queued, rejected, applied = (await get(edge, project)).json()["items"]
    assert (queued["operation_id"], queued["status"]) == (queued_id, "queued")
    assert (queued["visitor_id"], queued["caller"], queued["changes"]) == ("v9", "publishable", [])
    assert (rejected["caller"], rejected["outcome"]) == ("api", None)
    assert rejected["problem"]["code"] == "visitor_not_found"
    assert (applied["visitor_id"], applied["changes"]) == ("v7", [change])
    assert applied["outcome"]["contact_id"] == "con_1"
    for item in (queued, applied):
        one = await edge.client.get(
            f"/api/operations/{item['operation_id']}",
            headers={"authorization": f"Bearer {project.created.secret_token}"},
        )
        assert one.json() == item


async def test_filters_let_through_what_they_name(edge: RunningEdge, project: Project) -> None:
    one = settle(project, 1, visitor_id="v1", contact_id="con_1", status="unchanged")
    two = settle(project, 2, visitor_id="v2", contact_id="con_2", type="track")
    three = settle(project, 3, visitor_id="v1", status="failed", outcome=None, problem=PROBLEM)
    waiting, tracked = await post(edge, "v1"), await post(edge, "v2", "track")
    for query, expected in (
        ({"visitor_id": "v1"}, [waiting, three, one]),
        ({"contact_id": "con_1"}, [one]),
        ({"contact_id": "con_9"}, []),
        ({"type": "track"}, [tracked, two]),
        ({"type": "set_deal"}, []),
        ({"status": "queued"}, [tracked, waiting]),
        ({"status": "queued", "visitor_id": "v2"}, [tracked]),
        ({"status": "applied"}, [two]),
        ({"status": "unchanged"}, [one]),
        ({"status": "failed"}, [three]),
        ({"status": "rejected"}, []),
        ({"status": "failed", "visitor_id": "v1", "type": "identify"}, [three]),
        ({"since": (NOW_MS + 2) / 1000}, [tracked, waiting, three, two]),
        ({"since": "2025-10-09T08:53:20.003Z", "visitor_id": "v2"}, [tracked]),
        ({"since": "2100-01-01"}, []),
        ({"since": "-5"}, [tracked, waiting, three, two, one]),
    ):
        for limit in (1, 50):
            assert await ids(edge, project, limit=limit, **query) == expected, query


async def test_a_contact_that_was_merged_away_finds_the_other_ones_operations(
    edge: RunningEdge, project: Project
) -> None:
    operation_id = settle(project, 1, contact_id="con_new")
    project.merged("con_old", "con_new")
    assert await ids(edge, project, contact_id="con_old") == [operation_id]


@pytest.mark.parametrize("limit", [1, 2, 50])
async def test_a_contact_has_the_operations_of_all_that_were_merged_into_it(
    edge: RunningEdge, project: Project, limit: int
) -> None:
    owners = ["con_new", "con_old", "con_else", "con_older", "con_old", "con_new"]
    settled = [settle(project, n, contact_id=owner) for n, owner in enumerate(owners)]
    expected = [each for each, owner in zip(settled, owners, strict=True) if owner != "con_else"]
    project.merged("con_old", "con_new")
    project.merged("con_older", "con_new")
    for contact_id in ("con_new", "con_old", "con_older"):
        found = await ids(edge, project, contact_id=contact_id, limit=limit)
        assert found == expected[::-1], contact_id
    assert await ids(edge, project, contact_id="con_else") == [settled[2]]
    assert await ids(edge, project, contact_id="con_old", type="track") == []


async def test_what_waits_is_found_by_the_contact_that_it_names(
    edge: RunningEdge, project: Project
) -> None:
    project.merged("con_old", "con_1")
    await post(edge)
    changed, _, deleted = [
        await ask_later(edge, project, method, contact_id)
        for method, contact_id in (("PATCH", "con_old"), ("PATCH", "con_2"), ("DELETE", "con_1"))
    ]
    settled = settle(project, 1, contact_id="con_1")
    for contact_id in ("con_1", "con_old"):
        assert await ids(edge, project, contact_id=contact_id) == [deleted, changed, settled]
    queued = {"contact_id": "con_1", "status": "queued"}
    assert await ids(edge, project, **queued) == [deleted, changed]
    assert await ids(edge, project, **queued, type="update_contact") == [changed]
    assert await ids(edge, project, contact_id="con_1", status="applied") == [settled]


async def test_a_page_looks_at_so_many_waiting_operations_and_no_more(
    edge: RunningEdge, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "QUEUED_LOOKED_AT", 3)
    rare = settle(project, 1, visitor_id="rare")
    first = await post(edge, "rare")
    for _ in range(7):
        await post(edge, "frequent")
    page = (await get(edge, project, visitor_id="rare")).json()
    assert page["items"] == []
    assert page["next_cursor"] is not None
    assert await ids(edge, project, visitor_id="rare") == [first, rare]
    assert await ids(edge, project, status="queued", visitor_id="rare") == [first]


async def test_a_project_lists_its_own_operations_alone(
    edge: RunningEdge, project: Project
) -> None:
    await post(edge)
    settle(project, 1)
    with make_project(project.database_url, "proj_2") as other:
        assert await ids(edge, other) == []
        answer = await edge.client.get(
            f"/api/operations/{settled_id(1)}",
            headers={"authorization": f"Bearer {other.created.secret_token}"},
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "operation_not_found")


async def test_an_api_key_sees_what_api_keys_asked_for(edge: RunningEdge, project: Project) -> None:
    headers = {"x-api-key": project.created.api_key}
    seen = {
        caller: await edge.client.get(
            f"/api/v1/operations/{settle(project, n, caller=caller)}", headers=headers
        )
        for n, caller in enumerate(("api", "secret", "publishable"))
    }
    assert seen["api"].json()["outcome"]["contact_id"] == "con_1"
    assert "changes" not in seen["api"].json()
    for caller in ("secret", "publishable"):
        assert seen[caller].json()["code"] == "operation_not_found"
    waiting = await edge.client.get(f"/api/v1/operations/{await post(edge)}", headers=headers)
    assert waiting.status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"status": "done"},
        {"type": "delete"},
        {"since": "yesterday"},
        {"visitor_id": "null"},
        {"contact_id": ""},
        {"id": "op_1"},
        {"limit": 0},
    ],
)
async def test_a_filter_that_nothing_can_match_is_refused(
    sqlite_edge: RunningEdge, sqlite_project: Project, query: dict[str, object]
) -> None:
    answer = await get(sqlite_edge, sqlite_project, **query)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(query))}"
