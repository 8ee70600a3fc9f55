"""How long a batch waits, and what it says of what came in time (contract §10, §4)."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import httpx2
import pytest

from tests.acceptance.batches.sending import BatchCaller, codes, results, track, tracks
from tests.acceptance.edge.running import (
    OUTCOME,
    PROBLEM,
    Project,
    eventually,
    run_edge,
    settled_record,
)
from workers.mailbox.envelope import QueuedOperation

pytestmark = pytest.mark.anyio

PATIENT = {"prefer": "wait=20"}


@pytest.fixture
async def waiting_caller(redis_url: str, edge_project: Project) -> AsyncIterator[BatchCaller]:
    """A caller of an edge with long budgets and a short one for widgets."""
    settings = {"redis_url": redis_url, "database_url": edge_project.database_url}
    async with run_edge(**settings, widget_wait_s=0.05, account_wait_s=20.0) as edge:
        await edge.hears()
        yield BatchCaller(edge, edge_project)


async def _taken(caller: BatchCaller, count: int) -> list[QueuedOperation]:
    async def all_there() -> bool:
        return len(caller.edge.mailbox()) == count

    await eventually(all_there, "the batch is in the mailbox")
    return caller.edge.mailbox()


async def _answered(
    caller: BatchCaller, sending: "asyncio.Task[httpx2.Response]", count: int
) -> httpx2.Response:
    for queued in await _taken(caller, count):
        caller.edge.publish(queued, settled_record(queued))
    return await sending


def _settle(project: Project, operations: Sequence[QueuedOperation]) -> None:
    for sequence, queued in enumerate(operations, 1):
        project.settle(queued.operation_id, type="track", outcome=OUTCOME, sequence=sequence)


async def test_a_batch_waits_until_all_its_outcomes_are_there(waiting_caller: BatchCaller) -> None:
    sending = asyncio.create_task(waiting_caller.account(tracks(300)))
    answer = await _answered(waiting_caller, sending, 300)
    assert answer.status_code == 200
    assert codes(answer) == ["applied"] * 300
    ids = [queued.operation_id for queued in waiting_caller.edge.mailbox()]
    assert [each["operation_id"] for each in results(answer)] == ids


async def test_who_waited_in_vain_is_told_what_came_and_what_did_not(
    waiting_caller: BatchCaller,
) -> None:
    prefer = {"prefer": "wait=1"}
    sending = asyncio.create_task(waiting_caller.account([*tracks(3), {}], prefer))
    queued = await _taken(waiting_caller, 3)
    waiting_caller.edge.publish(queued[1], settled_record(queued[1]))
    answer = await sending
    assert answer.status_code == 202
    assert codes(answer) == ["queued", "applied", "queued", "invalid_request"]
    assert results(answer)[0]["outcome"] == {
        "operation_id": queued[0].operation_id,
        "type": "track",
        "status": "queued",
    }
    assert answer.headers["preference-applied"] == "wait=1"
    assert answer.headers["location"] == f"/api/operations/{queued[2].operation_id}"


async def test_a_widget_batch_has_the_budget_of_widgets(waiting_caller: BatchCaller) -> None:
    answer = await waiting_caller.widget([track()])
    assert (answer.status_code, codes(answer)) == (202, ["queued"])
    receipt = await waiting_caller.edge.client.get(answer.headers["location"])
    assert receipt.json()["operation_id"] == results(answer)[0]["operation_id"]


async def test_who_does_not_want_to_wait_does_not(waiting_caller: BatchCaller) -> None:
    answer = await waiting_caller.account(tracks(2), {"prefer": "respond-async"})
    assert codes(answer) == ["queued"] * 2
    assert answer.headers["preference-applied"] == "respond-async"
    assert {queued.envelope.reply_to for queued in waiting_caller.edge.mailbox()} == {None}


async def test_the_receipt_to_follow_is_that_of_the_last_accepted(
    waiting_caller: BatchCaller,
) -> None:
    asynchronous, repeat = {"prefer": "respond-async"}, track("first", message_id="m1")
    await waiting_caller.account([repeat], asynchronous)
    answer = await waiting_caller.account([track("second"), repeat], asynchronous)
    assert codes(answer) == ["queued"] * 2
    (_, second) = waiting_caller.edge.mailbox()
    assert answer.headers["location"] == f"/api/operations/{second.operation_id}"


@pytest.mark.parametrize("wait", ["wait=30", "wait"])
async def test_a_backfill_waits_only_if_asked_to(waiting_caller: BatchCaller, wait: str) -> None:
    answer = await waiting_caller.account([track()], lane="bulk")
    assert (answer.status_code, codes(answer)) == (202, ["queued"])
    token = waiting_caller.project.created.secret_token
    receipt = await waiting_caller.edge.client.get(
        answer.headers["location"], headers={"authorization": f"Bearer {token}"}
    )
    assert receipt.json()["status"] == "queued"
    prefer = {"prefer": wait}
    sending = asyncio.create_task(waiting_caller.account([track()], prefer, lane="bulk"))
    assert codes(await _answered(waiting_caller, sending, 2)) == ["applied"]


async def test_nobody_waits_behind_a_deep_mailbox(redis_url: str, edge_project: Project) -> None:
    settings = {"redis_url": redis_url, "database_url": edge_project.database_url}
    async with run_edge(**settings, account_wait_s=30.0, wait_backlog_limit=4) as edge:
        answer = await BatchCaller(edge, edge_project).account(tracks(5), {"prefer": "wait=30"})
    assert codes(answer) == ["queued"] * 5
    assert "preference-applied" not in answer.headers


async def test_the_ledger_is_asked_where_nothing_is_published(
    waiting_caller: BatchCaller,
) -> None:
    sending = asyncio.create_task(waiting_caller.account(tracks(3)))
    _settle(waiting_caller.project, await _taken(waiting_caller, 3))
    assert codes(await sending) == ["applied"] * 3


async def test_a_lost_subscription_is_no_lost_outcome(waiting_caller: BatchCaller) -> None:
    sending = asyncio.create_task(waiting_caller.account(tracks(3)))
    queued = await _taken(waiting_caller, 3)
    waiting_caller.edge.publish(queued[0], settled_record(queued[0]))
    waiting_caller.edge.redis.client_kill_filter(_type="pubsub")
    _settle(waiting_caller.project, queued[1:])
    assert codes(await sending) == ["applied"] * 3


async def test_refusals_of_the_worker_stand_beside_outcomes(waiting_caller: BatchCaller) -> None:
    sending = asyncio.create_task(waiting_caller.account(tracks(2)))
    first, second = await _taken(waiting_caller, 2)
    refused = settled_record(first, status="rejected", outcome=None, problem=PROBLEM)
    waiting_caller.edge.publish(first, refused)
    waiting_caller.edge.publish(second, settled_record(second))
    answer = await sending
    assert answer.status_code == 200
    assert results(answer)[0] == {
        "index": 0,
        "operation_id": first.operation_id,
        "problem": {
            "type": "urn:hal-ingest:problem:visitor_not_found",
            "title": "Visitor not found",
            **PROBLEM,
            "operation_id": first.operation_id,
        },
    }
    assert codes(answer) == ["visitor_not_found", "applied"]


async def test_a_settled_repeat_is_told_without_waiting_and_says_that_it_is_one(
    waiting_caller: BatchCaller,
) -> None:
    headers = {"prefer": "respond-async", "idempotency-key": "k"}
    await waiting_caller.account(tracks(2), headers)
    first, _ = waiting_caller.edge.mailbox()
    waiting_caller.project.settle(first.operation_id, type="track", outcome=OUTCOME)
    done, waiting = results(await waiting_caller.account(tracks(2), headers))
    assert (done["outcome"]["status"], done["idempotent_replayed"]) == ("applied", True)
    assert (waiting["outcome"]["status"], "idempotent_replayed" in waiting) == ("queued", False)


async def test_a_repeat_waits_for_the_first(waiting_caller: BatchCaller) -> None:
    key = {"idempotency-key": "k"}
    sending = [asyncio.create_task(waiting_caller.account(tracks(2), key)) for _ in range(2)]
    answers = [await _answered(waiting_caller, each, 2) for each in sending]
    outcomes = [[each["outcome"] for each in results(answer)] for answer in answers]
    assert outcomes[0] == outcomes[1]
    replayed = [[each.get("idempotent_replayed") for each in results(a)] for a in answers]
    assert sorted(replayed, key=str) == [[None, None], [True, True]]


async def test_publishable_callers_see_no_stored_data(
    redis_url: str, edge_project: Project
) -> None:
    settings = {"redis_url": redis_url, "database_url": edge_project.database_url}
    async with run_edge(**settings, widget_wait_s=20.0) as edge:
        await edge.hears()
        caller = BatchCaller(edge, edge_project)
        sending = asyncio.create_task(caller.widget([track()]))
        answer = await _answered(caller, sending, 1)
    (result,) = results(answer)
    assert result["outcome"] == {
        "operation_id": result["operation_id"],
        "type": "track",
        "status": "applied",
        "event_id": None,
        "stage": {"change": "skipped", "to": "Lead"},
        "warnings": [],
    }


async def test_a_waiting_batch_is_one_waiting_caller(waiting_caller: BatchCaller) -> None:
    sending = asyncio.create_task(waiting_caller.account(tracks(100)))
    await _taken(waiting_caller, 100)

    async def one_waits() -> bool:
        return len(waiting_caller.edge.edge.waiters) == 1

    await eventually(one_waits, "the batch waits")
    assert (await _answered(waiting_caller, sending, 100)).status_code == 200
    assert len(waiting_caller.edge.edge.waiters) == 0
