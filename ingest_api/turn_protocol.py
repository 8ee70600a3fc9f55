"""A connection whose requests begin in their project's turn (contract §4, Load; ADR 0021)."""

import asyncio
from functools import partial
from typing import cast

from starlette.types import Scope
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from ingest_api.answers import Answer
from ingest_api.fair_turns import FairTurns
from ingest_api.overrun import Overrun
from ingest_api.whose import whose_request

LATE_BODY_S = 0.02
"""A request whose body has not come by then begins without it, and reads it as it comes."""
WEIGHT_BYTES = 4096
"""So much more of a body costs about what another request does."""
REST_S = 0.5
"""How long nothing is read of a connection on which there was too much: who does not heed
`Retry-After` comes no sooner.
"""


class TurnProtocol(HttpToolsProtocol):
    """Hands each request to the edge's turns as soon as it can tell whose it is.

    One whose client has gone meanwhile never begins, and one that has stood there for too long is
    refused.
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
        turns.begin(whose, partial(self._begin, cycle, app, self.loop.time()), weight)

    def _begin(self, cycle: RequestResponseCycle, app: ASGI3Application, came_s: float) -> None:
        if cycle.disconnected:
            return
        overrun: Overrun = self.config.loaded_app.state.overrun
        # The loop's time is that of its round: 0 for who went straight through.
        refusal = overrun.refusal(cast(Scope, cycle.scope), self.loop.time() - came_s)
        if refusal is None:
            super()._start_asgi_task(cycle, app)
        else:
            self._refuse_in_haste(cycle, refusal)

    def _refuse_in_haste(self, cycle: RequestResponseCycle, refusal: Answer) -> None:
        """Answers in the place of the application."""
        if not cycle.keep_alive:
            refusal = refusal.plus((b"connection", b"close"))
        self.transport.write(written(refusal.plus(*cycle.default_headers)))
        cycle.response_started = cycle.response_complete = True
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()
        if not self.transport.is_closing():
            self.flow.pause_reading()
            self.loop.call_later(REST_S, self.flow.resume_reading)


def written(answer: Answer) -> bytes:
    """An answer as it goes over the wire."""
    headers = (*answer.headers, (b"content-length", b"%d" % len(answer.body)))
    head = b"".join([b"%s: %s\r\n" % header for header in headers])
    return STATUS_LINE[answer.status] + head + b"\r\n" + answer.body
