"""A batch enters the mailbox in one step, in its order, and once (contract §10, §4)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.acceptance.batches.sending import (
    BatchCaller,
    as_lines,
    codes,
    refusal,
    results,
    track,
    tracks,
)
from tests.acceptance.edge.running import Project, run_edge
from tests.services.redis_process import RedisProcess

pytestmark = pytest.mark.anyio

FULL_AT_ENTRIES = 3


@pytest.fixture
async def small_mailbox(redis_url: str, edge_project: Project) -> AsyncIterator[BatchCaller]:
    """A caller whose project may have three waiting operations."""
    settings: dict[str, Any] = {"redis_url": redis_url, "database_url": edge_project.database_url}
    settings |= {"account_wait_s": 0.0, "mailbox_max_entries": FULL_AT_ENTRIES}
    async with run_edge(**settings) as edge:
        yield BatchCaller(edge, edge_project)


@pytest.fixture
async def caller_of_own_redis(
    own_redis: RedisProcess, edge_project: Project
) -> AsyncIterator[BatchCaller]:
    settings = {"redis_url": own_redis.url, "database_url": edge_project.database_url}
    async with run_edge(**settings, account_wait_s=0.0) as edge:
        yield BatchCaller(edge, edge_project)


def _scripts_run(caller: BatchCaller) -> int:
    stats: Any = caller.edge.redis.info("commandstats")
    return sum(stats.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("evalsha", "eval"))


async def test_a_thousand_operations_are_one_round_trip(caller: BatchCaller) -> None:
    await caller.account([track()])
    before = _scripts_run(caller)
    await caller.account(tracks(1000))
    await caller.lines(as_lines(tracks(1000)))
    assert _scripts_run(caller) - before == 2
    assert len(caller.edge.mailbox()) == 2001


async def test_operations_are_accepted_in_their_order(caller: BatchCaller) -> None:
    answer = await caller.account([*tracks(300), {}, *tracks(300)])
    ids = [each["operation_id"] for each in results(answer) if each["operation_id"]]
    assert ids == [queued.operation_id for queued in caller.edge.mailbox()] == sorted(ids)


async def test_what_does_not_fit_into_the_mailbox_is_told_one_by_one(
    small_mailbox: BatchCaller,
) -> None:
    answer = await small_mailbox.account(tracks(5))
    assert codes(answer) == ["queued"] * 3 + ["mailbox_full"] * 2
    assert answer.status_code == 202
    assert results(answer)[3]["problem"]["status"] == 429
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_batch_of_which_nothing_fits_is_refused_as_a_whole(
    small_mailbox: BatchCaller,
) -> None:
    await small_mailbox.account(tracks(FULL_AT_ENTRIES))
    answer = await small_mailbox.account([{}, *tracks(2)])
    assert refusal(answer)[:2] == (429, "mailbox_full")
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_backfill_fills_its_share_of_the_mailbox_and_live_operations_the_rest(
    small_mailbox: BatchCaller,
) -> None:
    backfill = await small_mailbox.account(tracks(FULL_AT_ENTRIES), lane="bulk")
    assert codes(backfill) == ["queued"] * 2 + ["mailbox_full"]
    assert int(backfill.headers["retry-after"]) >= 1
    more = await small_mailbox.account(tracks(1), lane="bulk")
    assert refusal(more)[:2] == (429, "mailbox_full")
    assert codes(await small_mailbox.account(tracks(2))) == ["queued", "mailbox_full"]


async def test_repeats_in_a_full_mailbox_are_answered(small_mailbox: BatchCaller) -> None:
    key = {"idempotency-key": "k"}
    first = await small_mailbox.account(tracks(5), key)
    again = await small_mailbox.account(tracks(5), key)
    assert codes(again) == codes(first)
    assert again.json() == first.json()


async def test_without_redis_the_whole_batch_is_refused_and_can_be_sent_again(
    caller_of_own_redis: BatchCaller, own_redis: RedisProcess
) -> None:
    key = {"idempotency-key": "k"}
    own_redis.stop()
    answer = await caller_of_own_redis.account(tracks(3), key)
    assert refusal(answer)[:2] == (503, "unavailable")
    assert "retry-after" in answer.headers
    own_redis.start()
    assert codes(await caller_of_own_redis.account(tracks(3), key)) == ["queued"] * 3


async def test_a_repeated_batch_under_one_key_is_the_same_operations(caller: BatchCaller) -> None:
    key = {"idempotency-key": "k"}
    operations = [track(), {}, track(), track(message_id="mine")]
    first = await caller.account(operations, key)
    again = await caller.lines(as_lines(operations), key)
    assert first.json() == again.json()
    keys = [queued.envelope.idempotency_key for queued in caller.edge.mailbox()]
    assert keys == ["k/0", "k/2", "mine"]


async def test_without_keys_a_repeated_batch_is_other_operations(caller: BatchCaller) -> None:
    for _ in range(2):
        await caller.account([track(), track()])
    assert len(caller.edge.mailbox()) == 4


async def test_a_message_id_that_stands_twice_is_one_operation(caller: BatchCaller) -> None:
    twin, other = track(message_id="m"), track("other", message_id="m")
    first, second, third = results(await caller.account([twin, twin, other]))
    assert first["operation_id"] == second["operation_id"]
    assert (third["problem"]["status"], third["problem"]["code"]) == (422, "idempotency_key_reused")
    assert len(caller.edge.mailbox()) == 1


async def test_a_message_id_is_the_same_alone_and_in_a_batch(caller: BatchCaller) -> None:
    alone = await caller.edge.post(
        "track", {"app_id": "proj_1", "visitor_id": "v1", "name": "login", "message_id": "m"}
    )
    (batched,) = results(await caller.account([track(message_id="m")]))
    assert batched["operation_id"] == alone.json()["operation_id"]


@pytest.mark.parametrize("key", ["", "k" * 246])
async def test_a_batch_with_a_key_that_leaves_no_room_for_places_is_refused(
    caller: BatchCaller, key: str
) -> None:
    answer = await caller.account([track()], {"idempotency-key": key})
    assert refusal(answer)[:2] == (400, "invalid_request")


async def test_the_longest_key_of_a_batch_is_taken(caller: BatchCaller) -> None:
    answer = await caller.account(tracks(1000), {"idempotency-key": "k" * 245})
    assert set(codes(answer)) == {"queued"}
