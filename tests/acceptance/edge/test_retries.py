"""One key, one operation (contract §4, Retries); the worker's half is tested with the worker."""

import asyncio
from typing import Any

import pytest

from tests.acceptance.edge.conftest import StartEdge
from tests.acceptance.edge.running import OUTCOME, PROBLEM, Project, RunningEdge, eventually

pytestmark = pytest.mark.anyio

BODY = {"app_id": "proj_1", "visitor_id": "v1", "name": "Ann"}
KEY = {"idempotency-key": "k1"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((BODY, KEY), (BODY, KEY)),
        ((BODY, KEY), (dict(reversed(BODY.items())), KEY)),
        ((BODY, KEY), ({**BODY, "message_id": "k1"}, {})),
        (({**BODY, "message_id": "k1"}, {}), ({**BODY, "message_id": "k1"}, KEY)),
    ],
)
async def test_a_repeated_request_is_the_same_operation(
    edge: RunningEdge, first: tuple[Any, Any], second: tuple[Any, Any]
) -> None:
    answers = [await edge.post(body=body, headers=headers) for body, headers in (first, second)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert "idempotent-replayed" not in answers[1].headers
    assert len(edge.mailbox()) == 1


async def test_other_content_under_the_same_key_is_refused(sqlite_edge: RunningEdge) -> None:
    await sqlite_edge.post(body=BODY, headers=KEY)
    answer = await sqlite_edge.post(body={**BODY, "name": "Bob"}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert len(sqlite_edge.mailbox()) == 1


async def test_a_key_belongs_to_one_type_of_operation(sqlite_edge: RunningEdge) -> None:
    identify = await sqlite_edge.post(body=BODY, headers=KEY)
    track = await sqlite_edge.post("track", {**BODY, "name": "a"}, headers=KEY)
    assert (identify.status_code, track.status_code) == (202, 202)
    assert identify.json()["operation_id"] != track.json()["operation_id"]


async def test_without_a_key_two_equal_tracks_are_two_events(sqlite_edge: RunningEdge) -> None:
    for _ in range(2):
        await sqlite_edge.post("track", {**BODY, "name": "a"})
    assert len(sqlite_edge.mailbox()) == 2


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({**BODY, "message_id": "other"}, [("idempotency-key", "k1")]),
        (BODY, [("idempotency-key", "")]),
        (BODY, [("idempotency-key", "x" * 256)]),
        (BODY, [("idempotency-key", "k1"), ("idempotency-key", "k1")]),
        ({**BODY, "message_id": ""}, []),
        ({**BODY, "message_id": "x" * 256}, []),
        ({**BODY, "message_id": 5}, []),
    ],
)
async def test_a_bad_key_is_refused(
    sqlite_edge: RunningEdge, body: dict[str, Any], headers: list[tuple[str, str]]
) -> None:
    answer = await sqlite_edge.post(body=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert sqlite_edge.mailbox() == []


async def test_a_refused_request_does_not_use_its_key_up(sqlite_edge: RunningEdge) -> None:
    refused = await sqlite_edge.post(body={**BODY, "email": "nobody"}, headers=KEY)
    taken = await sqlite_edge.post(body=BODY, headers=KEY)
    assert (refused.status_code, taken.status_code) == (400, 202)


@pytest.mark.parametrize("prefer", ["respond-async", "wait=20"])
async def test_a_repeat_gets_the_first_outcome(
    edge: RunningEdge, project: Project, prefer: str
) -> None:
    operation_id = (await edge.post(body=BODY, headers=KEY)).json()["operation_id"]
    project.settle(operation_id, outcome=OUTCOME, idempotency_key="k1")
    answer = await edge.post(body=BODY, headers={**KEY, "prefer": prefer})
    assert answer.status_code == 200
    assert answer.headers["idempotent-replayed"] == "true"
    assert answer.json()["operation_id"] == operation_id
    assert answer.headers["x-operation-id"] == operation_id


async def test_a_repeat_gets_the_first_refusal(edge: RunningEdge, project: Project) -> None:
    operation_id = (await edge.post(body=BODY, headers=KEY)).json()["operation_id"]
    project.settle(operation_id, status="rejected", problem=PROBLEM)
    answer = await edge.post(body=BODY, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (404, "visitor_not_found")
    assert answer.headers["idempotent-replayed"] == "true"


async def test_a_repeat_waits_for_the_first_that_is_still_queued(
    start_edge: StartEdge, project: Project
) -> None:
    edge = await start_edge(database_url=project.database_url, widget_wait_s=30)
    first = await edge.post(body=BODY, headers={**KEY, "prefer": "respond-async"})
    repeats = [asyncio.create_task(edge.post(body=BODY, headers=KEY)) for _ in range(5)]

    async def all_wait() -> bool:
        return len(edge.edge.waiters) == len(repeats)

    await eventually(all_wait, "every repeat waits")
    operation_id = first.json()["operation_id"]
    project.settle(operation_id, outcome=OUTCOME)
    answers = await asyncio.wait_for(asyncio.gather(*repeats), 5)
    assert {answer.json()["operation_id"] for answer in answers} == {operation_id}
    assert [answer.headers["idempotent-replayed"] for answer in answers] == ["true"] * 5


async def test_a_key_that_redis_has_forgotten_is_known_by_the_ledger(
    start_edge: StartEdge, project: Project
) -> None:
    """The worker settles such a repeat as a replay of the first."""
    edge = await start_edge(database_url=project.database_url, widget_wait_s=30)
    repeat = asyncio.create_task(edge.post(body=BODY, headers=KEY))

    async def queued() -> bool:
        return bool(edge.mailbox())

    await eventually(queued, "the repeat is in the mailbox")
    first_id = "op_" + "0" * 32
    [entry] = edge.mailbox()
    project.settle(entry.operation_id, outcome=OUTCOME, replay_of=first_id)
    answer = await asyncio.wait_for(repeat, 5)
    assert answer.json()["operation_id"] == answer.headers["x-operation-id"] == first_id
    assert answer.headers["idempotent-replayed"] == "true"
