"""What every answer has in common, and what is answered where there is no route (contract §4)."""

import re

import pytest

from ingest_api.route_table import ROUTES
from tests.acceptance.edge.conftest import StartEdge
from tests.acceptance.edge.running import Project, RunningEdge

pytestmark = pytest.mark.anyio

_VISITOR = {"app_id": "proj_1", "visitor_id": "v1"}


async def test_an_accepted_write_names_its_receipt(sqlite_edge: RunningEdge) -> None:
    answer = await sqlite_edge.post("set-properties", {**_VISITOR, "properties": {"a": 1}})
    operation_id = answer.headers["x-operation-id"]
    assert answer.status_code == 202
    assert answer.json() == {
        "operation_id": operation_id,
        "type": "set_properties",
        "status": "queued",
    }
    assert answer.headers["location"] == f"/api/widget/operations/{operation_id}?app_id=proj_1"
    assert answer.headers["content-type"] == "application/json"
    assert [queued.operation_id for queued in sqlite_edge.mailbox()] == [operation_id]


@pytest.mark.parametrize(
    ("path", "operation_type", "fields"),
    [
        ("identify", "identify", {"email": "Alice@Acme.com"}),
        ("set-properties", "set_properties", {"properties": {}}),
        ("track", "track", {"name": "Plan.Upgraded"}),
        ("set-stage", "set_stage", {"stage_name": "Lead"}),
        ("set-deal", "set_deal", {"deal_value": 12.5}),
    ],
)
async def test_each_write_has_its_route(
    sqlite_edge: RunningEdge, path: str, operation_type: str, fields: dict[str, object]
) -> None:
    answer = await sqlite_edge.post(path, {**_VISITOR, **fields})
    assert (answer.status_code, answer.json()["type"]) == (202, operation_type)
    assert sqlite_edge.mailbox()[0].envelope.type == operation_type


@pytest.mark.parametrize("given", ["a", "trace-1.2_3", "x" * 128])
async def test_a_sane_request_id_is_kept(sqlite_edge: RunningEdge, given: str) -> None:
    answer = await sqlite_edge.post(body=b"", headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "ü", "<script>"])
async def test_another_request_id_is_replaced(sqlite_edge: RunningEdge, given: str) -> None:
    answer = await sqlite_edge.client.get("/healthz", headers=[(b"x-request-id", given.encode())])
    assert re.fullmatch(r"req_[0-9a-f]{24}", answer.headers["x-request-id"])


async def test_no_route_is_a_problem_of_its_own(sqlite_edge: RunningEdge) -> None:
    for path in ("/", "/api/widget", "/api/widget/identify/", "/api/v1/companies", "/%00"):
        answer = await sqlite_edge.client.post(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert answer.headers["x-request-id"] == answer.json()["request_id"]


async def test_another_method_is_told_which_ones_there_are(sqlite_edge: RunningEdge) -> None:
    for entry in ROUTES:
        path = re.sub(r"\{[^}]*\}", "x", entry.path)
        answer = await sqlite_edge.client.request("BREW", path)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert entry.method in answer.headers["allow"].split(", ")


async def test_get_routes_answer_head(sqlite_edge: RunningEdge) -> None:
    assert (await sqlite_edge.client.head("/healthz")).status_code == 200


async def test_alive_is_said_under_both_names(sqlite_edge: RunningEdge) -> None:
    for path in ("/healthz", "/livez"):
        answer = await sqlite_edge.client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_ready_tells_of_redis_database_and_the_oldest_operation(edge: RunningEdge) -> None:
    empty = (await edge.client.get("/readyz")).json()
    await edge.post()
    waiting = (await edge.client.get("/readyz")).json()
    assert empty["status"] == waiting["status"] == "ready"
    assert empty["checks"]["database"] == {"status": "ok"}
    assert empty["checks"]["redis"]["maxmemory_policy"] == "noeviction"
    assert empty["checks"]["redis"]["survives"] == "nothing: no append-only file"
    assert empty["checks"]["mailbox"]["oldest_waiting_s"] is None
    assert 0 <= waiting["checks"]["mailbox"]["oldest_waiting_s"] < 60


async def test_metrics_count_acceptance_and_refusals(sqlite_edge: RunningEdge) -> None:
    await sqlite_edge.post()
    await sqlite_edge.post(body=b"")
    answer = await sqlite_edge.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert 'hal_operations_accepted_total{lane="live",type="identify"} 1.0' in lines
    assert 'hal_requests_refused_total{code="invalid_json"} 1.0' in lines
    assert "hal_waiting_callers 0.0" in lines
    counted = 'hal_request_duration_seconds_count{route="/api/widget/identify",status="202"} 1.0'
    assert counted in lines


async def test_metrics_name_a_route_as_its_documents_do(sqlite_edge: RunningEdge) -> None:
    await sqlite_edge.client.get("/api/widget/operations/op_1?app_id=nobody")
    told = (await sqlite_edge.client.get("/metrics")).text
    counted = (
        'hal_request_duration_seconds_count{route="/api/widget/operations/{operation_id}",'
        'status="401"} 1.0'
    )
    assert counted in told.splitlines()


async def test_a_full_mailbox_refuses_before_anything_is_stored(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await start_edge(database_url=sqlite_project.database_url, mailbox_max_entries=1)
    assert (await edge.post()).status_code == 202
    full = await edge.post()
    assert (full.status_code, full.json()["code"]) == (429, "mailbox_full")
    assert int(full.headers["retry-after"]) > 0
    assert len(edge.mailbox()) == 1


async def test_a_mailbox_without_room_for_a_large_operation_takes_a_small_one_at_once(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await start_edge(database_url=sqlite_project.database_url, mailbox_max_bytes=1024)
    large = {**_VISITOR, "properties": {"plan": "x" * 1024}}
    answers = [await edge.post("set-properties", large) for _ in range(2)]
    answers.append(await edge.post())
    assert [each.status_code for each in answers] == [429, 429, 202]
