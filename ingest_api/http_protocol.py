"""What is no HTTP at all, or too much of it, is answered like everything else (contract §4).

uvicorn's parser (httptools: h11 lets requests with both length and chunks pass) bounds neither the
size of a head nor the time that it takes, and answers what it cannot parse at once, so that the
answer could be taken for that of an earlier request. Here each answer belongs to its request.
"""

import asyncio
import re
from collections.abc import Sequence

from ingest_api.answers import NO_SNIFFING, Header
from ingest_api.errors import Problem, invalid_request, problem_answer
from ingest_api.request_ids import new_request_id
from ingest_api.turn_protocol import TurnProtocol, written

HEAD_LIMIT_BYTES = 64 * 1024
"""Request line and headers together; also what may come between two pieces of a body."""
HEADERS_LIMIT = 100
VERSIONS = ("1.0", "1.1")
PIECE_BYTES = 16 * 1024
"""A head is measured in pieces: it may be longer than the limit by one, and not by more."""
LAST_REQUESTS_S = 0.25
"""How long an edge that stops still takes what is asked on a connection that it kept alive: a
request on its way as it closes is lost, and its caller cannot tell whether it was taken.
"""
_HOST = re.compile(rb"(?:[\w.~!$&'()*+,;=%-]*|\[[0-9A-Fa-f:.]+\])(?::\d*)?", re.ASCII)
_CODINGS: tuple[list[bytes], ...] = ([], [b"chunked"])


class EdgeProtocol(TurnProtocol):
    """One connection. `_head_bytes` is what came since a head or a piece of a body was complete."""

    _head_bytes = 0
    _head_is_open = False
    _message_is_open = False
    _head_timer: asyncio.TimerHandle | None = None
    _has_asked = False
    _is_refused = False
    _is_stopping = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection on which nothing is asked in time ends."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more comes."""
        self._end_head_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parses what arrived, until it is too much or makes no sense."""
        for start in range(0, len(data), PIECE_BYTES):
            if self._is_refused or self.transport.is_closing():
                return
            piece = data[start : start + PIECE_BYTES]
            self._head_bytes += len(piece)
            super().data_received(piece)
            if self._head_bytes > HEAD_LIMIT_BYTES:
                self._refuse(_too_large_head())
        if self._head_timer is None and self._is_before_a_request():
            self._await_head()

    def on_message_begin(self) -> None:
        """Begins a head."""
        super().on_message_begin()
        self._head_bytes = 0
        self._head_is_open = self._message_is_open = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Takes a header. One that comes behind a body, a trailer, says nothing of the request."""
        if self._head_is_open:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Ends a head, and lets the request in if its size is sane."""
        size_bytes = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size_bytes > HEAD_LIMIT_BYTES or len(self.headers) > HEADERS_LIMIT:
            self._refuse(_too_large_head())
        elif not _is_sound(self.parser.get_http_version(), self.headers):
            self._refuse(_no_http())
        if self._is_refused:
            return
        super().on_headers_complete()
        self._has_asked = True
        if self._is_stopping:
            self.cycle.keep_alive = False
        self._end_head_timer()
        self._head_bytes, self._head_is_open = 0, False

    def on_body(self, body: bytes) -> None:
        """Takes a piece of a body."""
        self._head_bytes = 0
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Ends a request."""
        self._end_head_timer()
        self._head_bytes, self._message_is_open = 0, False
        if not self._is_refused:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Goes on with what was asked behind it, unless the connection was refused meanwhile."""
        if self._is_refused:
            self.transport.close()
        super().on_response_complete()
        # The rest of a body that was answered unread is to come in time, as the next head is.
        if self._message_is_open and self._head_timer is None and self._all_is_answered():
            self._await_head()

    def shutdown(self) -> None:
        """Has the connection end: with the answer at hand, else with the next one, else soon."""
        if self._is_stopping or not self._all_is_answered():
            super().shutdown()
        elif not self.transport.is_closing():
            self._is_stopping = True
            self.loop.call_later(LAST_REQUESTS_S, self.shutdown)

    def send_400_response(self, msg: str) -> None:
        """Refuses bytes that cannot be parsed; `msg` may quote them and is not sent."""
        self._refuse(_no_http())

    def _unsupported_upgrade_warning(self) -> None:
        # What follows on such a connection is not parsed as HTTP.
        self.cycle.keep_alive = False

    def _is_before_a_request(self) -> bool:
        return self._head_is_open or not self._message_is_open

    def _await_head(self) -> None:
        # Made by app_from_environment, without anything around it.
        timeout_s = self.config.loaded_app.state.edge.settings.head_timeout_s
        self._head_timer = self.loop.call_later(timeout_s, self._end_late_head)

    def _end_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _end_late_head(self) -> None:
        self._head_timer = None
        if self._head_is_open:
            self._refuse(Problem(408, "request_timeout", "The request did not arrive in time."))
        elif self._all_is_answered():
            self.transport.close()

    def _all_is_answered(self) -> bool:
        return not self._has_asked or self.cycle.response_complete

    def _refuse(self, problem: Problem) -> None:
        """Ends the connection, with this answer if it is the refused request's turn."""
        if self._is_refused:
            return
        self._is_refused = True
        self._end_head_timer()
        if self._is_before_a_request():
            if self._all_is_answered():
                self._answer(problem)
        elif self.cycle.response_complete:
            self.transport.close()
        elif not self.cycle.response_started and not self.pipeline:
            # Its handler waits for a body, and must not answer any more.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self._answer(problem)
        # Else on_response_complete closes: what was asked before is answered, the rest never.
        self.pipeline.clear()

    def _answer(self, problem: Problem) -> None:
        request_id = new_request_id()
        answer = problem_answer(problem, request_id)
        answer = answer.plus((b"x-request-id", request_id.encode()), NO_SNIFFING)
        self.transport.write(written(answer.plus((b"connection", b"close"))))
        self.transport.close()


def _is_sound(version: str, headers: Sequence[Header]) -> bool:
    """Whether the head says in one way only for whom it is, and how its body comes (RFC 9112).

    A proxy in front may go by the other of two hosts, or undo a coding that the edge does not know.
    """
    hosts = [value for name, value in headers if name == b"host"]
    codings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
    if version not in VERSIONS or len(hosts) > 1 or codings not in _CODINGS:
        return False
    return _HOST.fullmatch(hosts[0]) is not None if hosts else version == "1.0"


def _no_http() -> Problem:
    return invalid_request("This is no valid HTTP request.")


def _too_large_head() -> Problem:
    return Problem(431, "headers_too_large", "The request's headers are too large or too many.")
