"""Who waits is looked up in the ledger, a bounded number of operations at a time (contract §4)."""

import asyncio
from collections.abc import Collection
from typing import cast

import pytest

from ingest_api.waiters import LOOK_LIMIT, Waiters
from models.queries.operations import OperationKey, SettledRecord
from workers.mailbox.outcomes import Arrivals

pytestmark = pytest.mark.anyio

BUDGET_S = 10.0


class Ledger:
    """Knows every operation; `asked` is about how many it was asked at a time."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    async def find(self, operations: Collection[OperationKey]) -> dict[OperationKey, SettledRecord]:
        self.asked.append(len(operations))
        return {key: cast(SettledRecord, {"operation_id": key[1]}) for key in operations}


async def found(ledger: Ledger, *callers: int) -> list[int]:
    """How many records callers get who wait for so many operations each, all for replays."""
    waiters = Waiters(ledger.find)
    polling = asyncio.create_task(waiters.poll())
    try:
        records = await asyncio.gather(
            *(
                waiters.wait_for_all(
                    [("p", f"{caller}-{number}") for number in range(operations)],
                    [Arrivals()],
                    BUDGET_S,
                    replays=True,
                )
                for caller, operations in enumerate(callers)
            )
        )
    finally:
        polling.cancel()
    return [len(each) for each in records]


async def test_who_does_not_fit_into_a_look_has_a_turn_in_the_next() -> None:
    ledger = Ledger()
    callers = [LOOK_LIMIT // 2 + 1] * 3
    assert await found(ledger, *callers) == callers
    assert ledger.asked == callers


async def test_who_asks_about_more_than_a_look_has_room_for_has_one_of_his_own() -> None:
    ledger = Ledger()
    assert await found(ledger, LOOK_LIMIT + 1, 1) == [LOOK_LIMIT + 1, 1]
    assert sorted(ledger.asked) == [1, LOOK_LIMIT + 1]
