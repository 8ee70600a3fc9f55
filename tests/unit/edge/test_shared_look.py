"""Many who ask the ledger at once ask once (contract §4, Load)."""

import asyncio
from collections.abc import Collection
from typing import cast

import pytest

from ingest_api.shared_look import Found, SharedLook
from models.database import Transient
from models.queries.operations import OperationKey, SettledRecord

pytestmark = pytest.mark.anyio


class Ledger:
    """Knows what `known` says; answers when it is let."""

    def __init__(self, *known: str) -> None:
        self.known = {("p", each): cast(SettledRecord, {"operation_id": each}) for each in known}
        self.asked: list[set[OperationKey]] = []
        self.may_answer = asyncio.Event()
        self.error: Exception | None = None

    async def find(self, operations: Collection[OperationKey]) -> Found:
        self.asked.append(set(operations))
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        return {key: record for key, record in self.known.items() if key in operations}


def key(name: str) -> OperationKey:
    return "p", name


async def begun(look: SharedLook, *names: str) -> "asyncio.Task[Found]":
    task = asyncio.create_task(look.look([key(name) for name in names]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


async def test_who_comes_while_a_question_is_under_way_shares_the_next_one() -> None:
    ledger = Ledger("a", "b", "c")
    look = SharedLook(ledger.find)
    tasks = [await begun(look, each) for each in ("a", "b", "c", "unknown")]
    ledger.may_answer.set()
    found = await asyncio.gather(*tasks)
    assert [[*each] for each in found] == [[key("a")], [key("b")], [key("c")], []]
    assert ledger.asked == [{key("a")}, {key("b"), key("c"), key("unknown")}]


async def test_an_outage_is_told_to_all_who_share_the_question() -> None:
    ledger = Ledger()
    ledger.error = Transient("away")
    look = SharedLook(ledger.find)
    tasks = [await begun(look, each) for each in ("a", "b", "c")]
    ledger.may_answer.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in answers] == [Transient] * 3


async def test_one_who_goes_away_takes_the_answer_from_nobody() -> None:
    ledger = Ledger("a", "b")
    look = SharedLook(ledger.find)
    await begun(look, "a")
    gone, stays = await begun(look, "b"), await begun(look, "b")
    gone.cancel()
    ledger.may_answer.set()
    assert [*await stays] == [key("b")]
