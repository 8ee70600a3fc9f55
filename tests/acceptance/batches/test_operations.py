"""Each operation of a batch is judged on its own, as its own route would judge it (§10)."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.acceptance.batches.sending import BatchCaller, Json, codes, results, track

pytestmark = pytest.mark.anyio

ROUTES = {"identify": "identify", "track": "track", "set_stage": "set-stage"}
ROUTES |= {"set_properties": "set-properties", "set_deal": "set-deal"}
REFUSED: list[Json] = [
    {"type": "identify", "visitor_id": ""},
    {"type": "identify", "visitor_id": "v1", "email": "nobody", "name": 7},
    {"type": "identify", "visitor_id": "v1", "user_hash": "0" * 64},
    {"type": "identify", "visitor_id": "v1", "app_id": "proj_2"},
    {"type": "identify", "visitor_id": "v1", "app_id": "proj_1", "project_id": "proj_2"},
    {"type": "identify", "visitor_id": "v1", "app_id": 7},
    {"type": "track", "visitor_id": "v1", "name": " "},
    {"type": "track", "visitor_id": "v1", "name": "a", "value": []},
    {"type": "track", "visitor_id": "v1", "name": "a", "message_id": ""},
    {"type": "set_stage", "visitor_id": "v1"},
    {"type": "set_stage", "visitor_id": "v1", "stage_name": "Lead", "stage_update_mode": "x"},
    {"type": "set_deal", "visitor_id": "v1", "deal_value": 0.00001},
    {"type": "set_properties", "visitor_id": "v1", "properties": []},
    {"type": "set_properties", "visitor_id": "v1", "properties": {"a": "\0"}},
    {"type": "set_properties", "visitor_id": "v1", "properties": {"a": 2**53}},
]


@pytest.mark.parametrize("operation", REFUSED)
async def test_an_operation_is_refused_as_on_its_own_route(
    caller: BatchCaller, operation: Json
) -> None:
    secret = caller.project.created.secret_token
    body = {name: value for name, value in operation.items() if name != "type"}
    alone = (await caller.edge.post(ROUTES[operation["type"]], body, key=secret)).json()
    del alone["request_id"]
    answer = await caller.account([track("before"), operation, track("after")])
    assert results(answer)[1] == {"index": 1, "operation_id": None, "problem": alone}
    assert caller.waiting_names() == ["before", "after"]


async def test_an_accepted_operation_is_the_same_as_on_its_own_route(caller: BatchCaller) -> None:
    body = {"visitor_id": 7, "email": "Ann@Example.com", "unknown": 1, "company": {"id": "acme"}}
    secret = caller.project.created.secret_token
    await caller.edge.post("identify", {**body, "message_id": "k1"}, key=secret)
    await caller.account([{"type": "identify", **body, "message_id": "k2"}])
    alone, batched = (queued.envelope for queued in caller.edge.mailbox())
    assert (alone.payload, alone.warnings) == (batched.payload, batched.warnings)
    assert (alone.fingerprint, alone.caller) == (batched.fingerprint, batched.caller)


async def test_what_no_database_takes_is_named_by_its_place_in_the_operation(
    caller: BatchCaller,
) -> None:
    bad = {"type": "set_properties", "visitor_id": "v1", "properties": {"a": [1, "\ud800"]}}
    lines = "\n".join(map(json.dumps, [track(), bad])).encode()
    for answer in (await caller.account([track(), bad]), await caller.lines(lines)):
        errors = results(answer)[1]["problem"]["errors"]
        assert [fault["pointer"] for fault in errors] == ["/properties/a/1"]


@pytest.mark.parametrize("operation", [None, 7, "track", [], [track()]])
async def test_what_is_no_object_has_its_own_problem(caller: BatchCaller, operation: Any) -> None:
    answer = await caller.account([operation, track()])
    assert codes(answer) == ["invalid_request", "queued"]


@pytest.mark.parametrize(
    "operation",
    [
        {},
        {"type": None},
        {"type": 7},
        {"type": []},
        {"type": "set-stage"},
        {"type": "link_company"},
    ],
)
async def test_an_unknown_type_is_that_operations_problem(
    caller: BatchCaller, operation: Json
) -> None:
    (result,) = results(await caller.account([{**operation, "visitor_id": "v1"}]))
    assert result["problem"]["status"] == 400
    assert [each["pointer"] for each in result["problem"]["errors"]] == ["/type"]


async def test_an_integer_that_no_double_holds_does_not_harm_its_neighbours(
    caller: BatchCaller,
) -> None:
    answer = await caller.account(
        [track(value=2**53), track(value=2**53 - 1), track(value="\ud800")]
    )
    assert codes(answer) == ["invalid_request", "queued", "invalid_request"]
    (queued,) = caller.edge.mailbox()
    assert queued.envelope.payload["value"] == 2**53 - 1


async def test_nesting_is_counted_within_the_operation(caller: BatchCaller) -> None:
    # The object itself is a level.
    deepest: object = 1
    for _ in range(31):
        deepest = [deepest]
    assert codes(await caller.account([track(unknown=deepest)])) == ["queued"]
    answer = await caller.account([track(unknown=[deepest])])
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")


async def test_proofs_are_held_against_each_operation(caller: BatchCaller) -> None:
    caller.project.set(identity_verification="required")
    secret = caller.project.created.identity_secret.encode()

    def signed(visitor_id: str) -> str:
        return hmac.new(secret, visitor_id.encode(), hashlib.sha256).hexdigest()

    answer = await caller.widget(
        [
            {"type": "identify", "visitor_id": "ann", "user_hash": signed("ann")},
            {"type": "identify", "visitor_id": "bob", "user_hash": signed("ann")},
            {"type": "identify", "visitor_id": "ann"},
            track(),
        ],
        user_hash=signed("ann"),
    )
    failed = "identity_verification_failed"
    assert codes(answer) == ["queued", failed, failed, "queued"]
    assert results(answer)[1]["problem"]["status"] == 401


async def test_exact_stages_are_refused_operation_by_operation(caller: BatchCaller) -> None:
    caller.project.set(allow_widget_exact=False)
    move = {"type": "set_stage", "visitor_id": "v1", "stage_name": "Lead"}
    operations = [{**move, "stage_update_mode": "exact"}, move]
    assert codes(await caller.widget(operations)) == ["exact_not_allowed", "queued"]
    assert codes(await caller.account(operations)) == ["queued", "queued"]


async def test_operations_may_name_their_own_project(caller: BatchCaller) -> None:
    operations = [track(app_id="proj_1"), track(project_id="proj_1"), track(app_id="proj_2")]
    expected = ["queued", "queued", "unauthenticated"]
    assert codes(await caller.widget(operations)) == expected
    assert codes(await caller.account(operations)) == expected


async def test_refused_operations_are_final(caller: BatchCaller) -> None:
    answer = await caller.account([{"type": "nothing"}])
    assert answer.status_code == 200
    assert caller.edge.mailbox() == []


async def test_operations_are_counted_one_by_one(caller: BatchCaller) -> None:
    await caller.account([track(), track(), {"type": "identify", "visitor_id": "v1"}, {}])
    metrics = (await caller.edge.client.get("/metrics")).text
    assert 'hal_operations_accepted_total{lane="live",type="track"} 2.0' in metrics
    assert 'hal_operations_accepted_total{lane="live",type="identify"} 1.0' in metrics
    assert 'hal_batch_operations_refused_total{code="invalid_request"} 1.0' in metrics
