"""What a batch is refused for as a whole, before anything is accepted (contract §3, §10)."""

import gzip
import json
from typing import Any

import pytest

from tests.acceptance.batches.sending import BatchCaller, codes, refusal, results, track, tracks

pytestmark = pytest.mark.anyio

MIB = 1024 * 1024


@pytest.mark.parametrize("operations", [None, {}, "identify", 7, True])
async def test_what_is_no_list_of_operations_is_refused(
    caller: BatchCaller, operations: object
) -> None:
    for answer in (await caller.account(operations), await caller.widget(operations)):
        assert refusal(answer) == (400, "invalid_request", ["/operations"])
    assert caller.edge.mailbox() == []


async def test_a_body_without_operations_is_refused(caller: BatchCaller) -> None:
    answer = await caller.send(b"{}")
    assert refusal(answer) == (400, "invalid_request", ["/operations"])


@pytest.mark.parametrize("body", [b"[]", b'"identify"', b"1"])
async def test_a_body_that_is_no_object_is_refused(caller: BatchCaller, body: bytes) -> None:
    assert refusal(await caller.send(body)) == (400, "invalid_request", [])


async def test_a_body_that_is_no_json_is_refused(caller: BatchCaller) -> None:
    for body in (b"", b"{", b'{"operations": [], "operations": []}', b"\xff"):
        assert refusal(await caller.send(body)) == (400, "invalid_json", [])


async def test_an_empty_batch_has_no_results(caller: BatchCaller) -> None:
    for answer in (await caller.account([]), await caller.widget([])):
        assert (answer.status_code, answer.json()) == (200, {"results": []})


async def test_an_account_batch_takes_a_thousand_operations_and_no_more(
    caller: BatchCaller,
) -> None:
    assert refusal(await caller.account(tracks(1001))) == (400, "invalid_request", ["/operations"])
    assert caller.edge.mailbox() == []
    assert len(results(await caller.account(tracks(1000)))) == 1000
    assert caller.waiting_names() == [f"e{number}" for number in range(1000)]


async def test_a_widget_batch_takes_a_hundred_operations_and_no_more(caller: BatchCaller) -> None:
    assert refusal(await caller.widget(tracks(101))) == (400, "invalid_request", ["/operations"])
    assert len(results(await caller.widget(tracks(100)))) == 100


async def test_a_body_over_the_limit_of_its_route_is_refused(caller: BatchCaller) -> None:
    padded = [track(padding="x" * MIB)]
    assert refusal(await caller.widget(padded))[:2] == (413, "payload_too_large")
    assert codes(await caller.account(padded)) == ["queued"]
    assert refusal(await caller.account(padded * 4))[:2] == (413, "payload_too_large")


async def test_limits_count_inflated_bytes(caller: BatchCaller) -> None:
    body = gzip.compress(json.dumps({"operations": [track(padding="x" * 4 * MIB)]}).encode())
    answer = await caller.send(body, {"content-encoding": "gzip"})
    assert refusal(answer)[:2] == (413, "payload_too_large")


@pytest.mark.parametrize("media_type", ["text/plain", "text/csv", "application/xml"])
async def test_account_batches_are_json_or_lines(caller: BatchCaller, media_type: str) -> None:
    answer = await caller.account([track()], {"content-type": media_type})
    assert refusal(answer)[:2] == (415, "unsupported_media_type")
    assert "application/x-ndjson" in answer.headers["accept-post"]


async def test_widget_batches_may_be_plain_text_and_no_lines(caller: BatchCaller) -> None:
    assert codes(await caller.widget([track()], {"content-type": "text/plain"})) == ["queued"]
    answer = await caller.widget([track()], {"content-type": "application/x-ndjson"})
    assert refusal(answer)[:2] == (415, "unsupported_media_type")


async def test_an_unknown_field_is_refused_on_the_account_route_alone(caller: BatchCaller) -> None:
    answer = await caller.account([track()], a_b=1)
    assert refusal(answer) == (400, "invalid_request", ["/a_b"])
    assert codes(await caller.widget([track()], a_b=1, lane=7)) == ["queued"]


async def test_an_account_batch_names_no_project(caller: BatchCaller) -> None:
    answer = await caller.account([track()], project_id="proj_1")
    assert refusal(answer) == (400, "invalid_request", ["/project_id"])


@pytest.mark.parametrize(
    ("lane", "query"),
    [("fast", ""), (7, ""), (None, "?lane=fast"), ("live", "?lane=bulk"), (None, "?lane=")],
)
async def test_a_bad_lane_is_refused(caller: BatchCaller, lane: object, query: str) -> None:
    answer = await caller.account([track()], query=query, lane=lane)
    assert refusal(answer) == (400, "invalid_request", ["/lane"])
    assert caller.edge.mailbox() == []


@pytest.mark.parametrize(
    ("fields", "query"),
    [
        ({"lane": "live"}, ""),
        ({"lane": "bulk"}, ""),
        ({"lane": None}, ""),
        ({}, "?lane=bulk"),
        ({"lane": "bulk"}, "?lane=bulk"),
    ],
)
async def test_a_lane_is_named_in_the_body_or_in_the_query(
    caller: BatchCaller, fields: dict[str, Any], query: str
) -> None:
    assert codes(await caller.account([track()], query=query, **fields)) == ["queued"]


async def test_what_no_request_may_hold_beside_the_operations_refuses_the_whole(
    caller: BatchCaller,
) -> None:
    for lane in ("\0", 2**60):
        assert refusal(await caller.account([], lane=lane))[:2] == (400, "invalid_request")
