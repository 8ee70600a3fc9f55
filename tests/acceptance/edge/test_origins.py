"""Which pages a browser may call the widget routes from (contract §2, CORS)."""

import pytest

from tests.acceptance.edge.conftest import StartEdge
from tests.acceptance.edge.running import Project, RunningEdge

pytestmark = pytest.mark.anyio

MINE = "https://app.example.com"
FOREIGN = "https://evil.example"


async def _limited(start_edge: StartEdge, project: Project) -> RunningEdge:
    project.set(allowed_origins=[MINE])
    return await start_edge(database_url=project.database_url)


async def test_a_preflight_always_passes(sqlite_edge: RunningEdge) -> None:
    answer = await sqlite_edge.client.options(
        "/api/widget/identify",
        headers={
            "origin": FOREIGN,
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type, traceparent",
        },
    )
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == "content-type, traceparent"
    assert "access-control-allow-credentials" not in answer.headers
    assert int(answer.headers["access-control-max-age"]) > 0


async def test_any_origin_is_the_default(sqlite_edge: RunningEdge) -> None:
    answer = await sqlite_edge.post(headers={"origin": FOREIGN})
    assert answer.status_code == 202
    assert answer.headers["access-control-allow-origin"] == "*"
    exposed = answer.headers["access-control-expose-headers"].lower().split(", ")
    assert {"x-operation-id", "x-request-id", "location", "retry-after"} <= set(exposed)


@pytest.mark.parametrize("origin", [MINE, MINE.upper()])
async def test_an_origin_of_the_project_passes(
    start_edge: StartEdge, project: Project, origin: str
) -> None:
    edge = await _limited(start_edge, project)
    answer = await edge.post(headers={"origin": origin})
    assert answer.status_code == 202
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("with_key", [False, True])
@pytest.mark.parametrize(
    "origin", [FOREIGN, "null", f"{MINE}.evil.example", "http://app.example.com"]
)
async def test_another_origin_is_refused_before_anything_is_enqueued(
    start_edge: StartEdge, sqlite_project: Project, origin: str, with_key: bool
) -> None:
    edge = await _limited(start_edge, sqlite_project)
    key = sqlite_project.created.publishable_key if with_key else None
    answer = await edge.post(headers={"origin": origin}, key=key)
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")
    assert "access-control-allow-origin" not in answer.headers
    assert edge.mailbox() == []


async def test_who_sends_no_origin_is_no_browser(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await _limited(start_edge, sqlite_project)
    answer = await edge.post()
    assert answer.status_code == 202
    assert "access-control-allow-origin" not in answer.headers


async def test_a_refused_body_can_be_read_by_a_page_of_the_project(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await _limited(start_edge, sqlite_project)
    answer = await edge.post(
        body={"app_id": "proj_1", "visitor_id": "null"}, headers={"origin": MINE}
    )
    assert answer.status_code == 400
    assert answer.headers["access-control-allow-origin"] == MINE


async def test_a_refusal_from_before_the_project_is_known_can_be_read_by_any_page(
    sqlite_edge: RunningEdge,
) -> None:
    answer = await sqlite_edge.post(body=b"{", headers={"origin": FOREIGN})
    assert answer.status_code == 400
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_receipts_are_judged_by_origin_too(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await _limited(start_edge, sqlite_project)
    location = (await edge.post()).headers["location"]
    allowed = await edge.client.get(location, headers={"origin": MINE})
    refused = await edge.client.get(location, headers={"origin": FOREIGN})
    assert (allowed.status_code, refused.status_code) == (200, 403)


async def test_routes_that_are_not_the_widgets_send_no_cors_headers(
    sqlite_edge: RunningEdge,
) -> None:
    for method in ("GET", "OPTIONS"):
        answer = await sqlite_edge.client.request(method, "/healthz", headers={"origin": MINE})
        assert not [name for name in answer.headers if name.startswith("access-control")]
