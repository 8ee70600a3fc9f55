"""What is refused for its shape, before anything is enqueued (contract §3)."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.acceptance.edge.conftest import StartEdge
from tests.acceptance.edge.running import Project, RunningEdge

pytestmark = pytest.mark.anyio

GOOD = {"app_id": "proj_1", "visitor_id": "v1"}
LIMIT_BYTES = 256 * 1024


def _gzip(raw: bytes) -> bytes:
    return gzip.compress(raw, mtime=0)


def _with(**fields: Any) -> bytes:
    return json.dumps({**GOOD, **fields}).encode()


@pytest.mark.parametrize(
    ("path", "raw", "status", "code"),
    [
        ("identify", b"", 400, "invalid_json"),
        ("identify", b"{", 400, "invalid_json"),
        ("identify", b"\xef\xbb\xbf" + _with(), 400, "invalid_json"),
        ("identify", _with().decode().encode("utf-16"), 400, "invalid_json"),
        ("identify", b'{"app_id":"proj_1","visitor_id":"\xff"}', 400, "invalid_json"),
        ("identify", b'{"app_id":"proj_1","app_id":"proj_1"}', 400, "invalid_json"),
        ("identify", b'{"app_id":"proj_1","x":NaN}', 400, "invalid_json"),
        ("identify", b'{"app_id":"proj_1","x":1e400}', 400, "invalid_json"),
        ("identify", _with() + b"x", 400, "invalid_json"),
        ("identify", b"[" * 100_000, 400, "invalid_json"),
        ("identify", b"[]", 400, "invalid_request"),
        ("identify", b'{"app_id":"proj_1","visitor_id":"a\\u0000"}', 400, "invalid_request"),
        ("identify", b'{"app_id":"proj_1","visitor_id":"\\ud800"}', 400, "invalid_request"),
        ("identify", _with(x=2**53), 400, "invalid_request"),
        ("identify", b'{"app_id":"proj_1"}', 400, "invalid_request"),
        ("identify", _with(visitor_id=True), 400, "invalid_request"),
        ("identify", _with(visitor_id="undefined"), 400, "invalid_visitor_id"),
        ("identify", _with(email="nobody"), 400, "invalid_email"),
        ("identify", _with(metadata=[]), 400, "invalid_request"),
        ("identify", _with(metadata={"a": "x" * 40_000}), 400, "metadata_too_large"),
        ("identify", _with(stage_update_mode="later"), 400, "invalid_stage_update_mode"),
        ("track", _with(), 400, "invalid_event_name"),
        ("track", _with(name="  "), 400, "invalid_event_name"),
        ("track", _with(name="a", value=[]), 400, "invalid_event_value"),
        ("set-deal", _with(), 400, "invalid_request"),
        ("set-deal", _with(deal_value="12"), 400, "invalid_request"),
        ("set-stage", _with(), 400, "invalid_request"),
        ("set-properties", _with(), 400, "invalid_request"),
        ("identify", b" " * LIMIT_BYTES + _with(), 413, "payload_too_large"),
    ],
)
async def test_a_bad_body_is_refused_at_once(
    sqlite_edge: RunningEdge, path: str, raw: bytes, status: int, code: str
) -> None:
    answer = await sqlite_edge.post(path, raw)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert sqlite_edge.mailbox() == []


async def test_a_field_fault_says_where_it_is(sqlite_edge: RunningEdge) -> None:
    problem = (await sqlite_edge.post(body=_with(company={"name": 5}))).json()
    assert [error["pointer"] for error in problem["errors"]] == ["/company/name"]
    assert problem["status"] == 400
    assert problem["title"] == "Invalid request"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON ; charset=UTF-8",
        'application/json; profile=x; charset="utf-8"',
        "text/plain",
        "text/plain;charset=UTF-8",
    ],
)
async def test_json_is_taken_under_these_types(sqlite_edge: RunningEdge, content_type: str) -> None:
    answer = await sqlite_edge.post(headers={"content-type": content_type})
    assert answer.status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        [("content-type", "")],
        [("content-type", "application/x-www-form-urlencoded")],
        [("content-type", "application/json; charset=utf-16")],
        [("content-type", "application/jsonp")],
        [("content-type", "application/json"), ("content-type", "text/plain")],
        [("content-encoding", "br")],
        [("content-encoding", "gzip, gzip")],
    ],
)
async def test_other_types_and_codings_are_415(
    sqlite_edge: RunningEdge, headers: list[tuple[str, str]]
) -> None:
    answer = await sqlite_edge.post(headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert "accept-post" in answer.headers or "accept-encoding" in answer.headers


async def test_gzip_is_inflated(sqlite_edge: RunningEdge) -> None:
    raw = _gzip(_with(name="Ann")[:20]) + _gzip(_with(name="Ann")[20:])
    answer = await sqlite_edge.post(body=raw, headers={"content-encoding": "gzip"})
    assert answer.status_code == 202
    assert sqlite_edge.mailbox()[0].envelope.payload["name"] == "Ann"


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (_gzip(b" " * 20_000_000), 413, "payload_too_large"),
        (_gzip(b" " * (LIMIT_BYTES + 1)), 413, "payload_too_large"),
        (_gzip(_with())[:-4], 400, "invalid_request"),
        (_gzip(_with()) + b"rest", 400, "invalid_request"),
        (_gzip(b"") * 5_000, 400, "invalid_request"),
        (_with(), 400, "invalid_request"),
    ],
    ids=["bomb", "a byte too many", "cut off", "trailing bytes", "many members", "no gzip"],
)
async def test_a_gzip_bomb_counts_by_what_it_inflates_to(
    sqlite_edge: RunningEdge, raw: bytes, status: int, code: str
) -> None:
    answer = await sqlite_edge.post(body=raw, headers={"content-encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_endless_chunked_body_is_cut_off(sqlite_edge: RunningEdge) -> None:
    sent_bytes = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent_bytes
        while sent_bytes < 1_000 * LIMIT_BYTES:
            sent_bytes += 65_536
            yield b" " * 65_536

    answer = await sqlite_edge.client.post(
        "/api/widget/identify", content=endless(), headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
    assert answer.headers["connection"] == "close"
    assert sent_bytes < 100 * LIMIT_BYTES


async def test_unknown_fields_are_ignored_and_warned_about(sqlite_edge: RunningEdge) -> None:
    assert (await sqlite_edge.post(body={**GOOD, "colour": "red"})).status_code == 202
    [queued] = sqlite_edge.mailbox()
    assert [(w["code"], w["pointer"]) for w in queued.envelope.warnings] == [
        ("unknown_field", "/colour")
    ]


async def test_exact_stages_may_be_kept_for_the_backend(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    sqlite_project.set(allow_widget_exact=False)
    edge = await start_edge(database_url=sqlite_project.database_url)
    body = {**GOOD, "stage_name": "Lead", "stage_update_mode": "exact"}
    refused = await edge.post("set-stage", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "exact_not_allowed")
    taken = await edge.post("set-stage", body, key=sqlite_project.created.secret_token)
    assert taken.status_code == 202
