"""Projects take turns at an edge's event loop (contract §4, Load; ADR 0021).

All that is ready when the loop has looked at its connections is done before it looks again: a
hundred requests of one project, or their answers, would stand before the one of another that comes
meanwhile. So what costs something begins here, a little of it with each round of the loop.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial

from workers.mailbox.line import Line

ROUND = 16
"""Requests that begin in one round of the loop: about two milliseconds of computing."""
SHARED_ROUND = 8
"""The same while several projects use this edge: trips to Redis are shorter then, and more."""
SHARED_FOR_S = 2.0
"""How long an edge that served another project expects that one, or a third one, again."""

Work = Callable[[], None]


class FairTurns:
    """Belongs to one event loop. Who comes while nobody stands in line goes straight through.

    `whose` is a hint of the project, or of whom is known: those who share it have one turn, and
    theirs begin in the order in which they came.
    """

    def __init__(self) -> None:
        self._line: Line[tuple[Work, int]] = Line()
        self._room = ROUND
        self._next_is_due = False
        self._last = ""
        self._shared_until_s = 0.0

    def begin(self, whose: str, work: Work, weight: int = 1) -> None:
        """Calls `work`, which begins a request, when it is its turn: now, if the round has room.

        `weight` is how many usual requests it costs; what costs more than a round ends one.
        """
        if whose != self._last:
            if self._last:
                self._shared_until_s = time.monotonic() + SHARED_FOR_S
            self._last = whose
        self._enter(whose, work, weight)

    def go_on(self, whose: str, work: Work) -> None:
        """The same for work that goes on with one, before any that its project has yet to begin:
        what has been begun is ended first, and who stands in line does so before it costs anything.
        """
        self._enter(whose, work, 1, goes_ahead=True)

    async def take(self, whose: str, weight: int = 1) -> None:
        """Returns when it is the turn of a request that goes on."""
        come: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._enter(whose, partial(_call, come), weight)
        await come

    def _enter(self, whose: str, work: Work, weight: int, *, goes_ahead: bool = False) -> None:
        if self._room <= 0:
            self._line.enter(whose, (work, weight), goes_ahead=goes_ahead)
            return
        if not self._next_is_due:
            self._await_next_round()
        self._room -= weight
        work()

    def _next_round(self) -> None:
        self._next_is_due = False
        self._room = self._round()
        if self._line:
            # Behind what begins now, and behind another look at the connections.
            self._await_next_round()
        while self._line and self._room > 0:
            work, weight = self._line.next()
            self._room -= weight
            work()

    def _await_next_round(self) -> None:
        self._next_is_due = True
        asyncio.get_running_loop().call_soon(self._next_round)

    def _round(self) -> int:
        if self._shared_until_s and time.monotonic() >= self._shared_until_s:
            self._shared_until_s = 0.0
        return SHARED_ROUND if self._shared_until_s else ROUND


def _call(come: "asyncio.Future[None]") -> None:
    # Its caller may have gone away meanwhile.
    if not come.done():
        come.set_result(None)
