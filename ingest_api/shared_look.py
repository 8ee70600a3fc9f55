"""One question to the ledger for all who have one at the same time.

Under load callers give up and try again; if each repeat asked by itself what became of the first
try, the repeats would be what the database is busy with.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from models.queries.operations import OperationKey, SettledRecord

Found = dict[OperationKey, SettledRecord]
FindSettled = Callable[[Collection[OperationKey]], Awaitable[Found]]


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    operations: set[OperationKey]
    answer: asyncio.Future[Found | Exception]


class SharedLook:
    """Who asks while a question is under way shares the next one. Belongs to one event loop."""

    def __init__(self, find_settled: FindSettled) -> None:
        self._find_settled = find_settled
        self._next: _Question | None = None
        self._asking: asyncio.Task[None] | None = None

    async def look(self, operations: Collection[OperationKey]) -> Found:
        """Those of the operations that the ledger has. Raises what finding them raises."""
        question = self._next
        if question is None:
            answer: asyncio.Future[Found | Exception] = asyncio.get_running_loop().create_future()
            question = self._next = _Question(set(), answer)
        question.operations.update(operations)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        # Shielded: one caller that goes away must not take the answer from the others.
        found = await asyncio.shield(question.answer)
        if isinstance(found, Exception):
            raise found.with_traceback(None)
        return {each: found[each] for each in operations if each in found}

    async def _ask(self) -> None:
        while self._next is not None:
            question, self._next = self._next, None
            try:
                question.answer.set_result(await self._find_settled(question.operations))
            except Exception as error:  # noqa: BLE001 - each caller that shares it raises it
                question.answer.set_result(error)
            except asyncio.CancelledError:
                question.answer.cancel()
                raise
