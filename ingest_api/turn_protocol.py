"""A connection whose requests begin in their project's turn (contract §4, Load; ADR 0021)."""

import asyncio
from functools import partial

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ingest_api.fair_turns import FairTurns
from ingest_api.whose import whose_request

LATE_BODY_S = 0.02
"""A request whose body has not come by then begins without it, and reads it as it comes."""
WEIGHT_BYTES = 4096
"""So much more of a body costs about what another request does."""


class TurnProtocol(HttpToolsProtocol):
    """Hands each request to the edge's turns as soon as it can tell whose it is.

    One whose client has gone meanwhile never begins.
    """

    # A request that has not entered yet: its body, which may name its project, is on its way.
    _arriving: tuple[RequestResponseCycle, ASGI3Application] | None = None
    _late_body_timer: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Parses what arrived."""
        super().data_received(data)
        self._await_body()

    def on_message_complete(self) -> None:
        """Ends a request."""
        super().on_message_complete()
        self._await_body()

    def on_response_complete(self) -> None:
        """Goes on with what was asked behind it."""
        super().on_response_complete()
        self._await_body()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._arriving = cycle, app

    def _await_body(self) -> None:
        if self._arriving is None:
            return
        cycle, _ = self._arriving
        if not cycle.more_body:
            self._enter()
        elif self._late_body_timer is None:
            self._late_body_timer = self.loop.call_later(LATE_BODY_S, self._enter)

    def _enter(self) -> None:
        if self._late_body_timer is not None:
            self._late_body_timer.cancel()
            self._late_body_timer = None
        if self._arriving is None:
            return
        (cycle, app), self._arriving = self._arriving, None
        # Made by app_from_environment, without anything around it.
        turns: FairTurns = self.config.loaded_app.state.edge.turns
        scope, address = cycle.scope, self.client[0] if self.client else ""
        whose = whose_request(scope["headers"], scope["query_string"], cycle.body, address)
        weight = 1 + len(cycle.body) // WEIGHT_BYTES
        turns.begin(whose, partial(self._begin, cycle, app), weight)

    def _begin(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        if not cycle.disconnected:
            super()._start_asgi_task(cycle, app)
