"""One path of the API: finds the handler of a method, and answers whatever the handler raises."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from starlette.types import Receive, Scope, Send

from ingest_api import cors
from ingest_api.answers import Answer
from ingest_api.edge import Edge
from ingest_api.errors import Problem, as_problem, problem_answer
from ingest_api.families import Family
from ingest_api.incoming import Incoming
from models.database import NotMigrated

Handler = Callable[[Edge, Incoming], Awaitable[Answer]]

_log = structlog.get_logger("hal.edge")

LINGER_BYTES = 4 * 1024 * 1024
LINGER_S = 1.0


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """A line of the table of routes."""

    method: str
    path: str
    family: Family
    handler: Handler


class Endpoint:
    """The ASGI application of one path."""

    def __init__(self, edge: Edge, family: Family, handlers: Mapping[str, Handler]) -> None:
        self._edge = edge
        self._family = family
        self._handlers = dict(handlers)
        if "GET" in self._handlers:
            self._handlers.setdefault("HEAD", self._handlers["GET"])
        self._methods = ", ".join([*self._handlers, "OPTIONS"]).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(scope, receive, self._edge.settings.body_timeout_s)
        answer = await self._answer(incoming)
        await answer.send(send, last=answer.status != 413)
        if answer.status == 413:
            await _linger(receive)
            await send({"type": "http.response.body", "body": b""})

    async def _answer(self, incoming: Incoming) -> Answer:
        if self._family == "widget":
            incoming.cors = cors.headers_before_the_project_is_known(incoming.scope["headers"])
        try:
            answer = await self._handled(incoming)
        except Exception as error:
            problem = as_problem(error, self._edge.settings.retry_after_s)
            if problem is None:
                raise
            if isinstance(error, NotMigrated):
                # No outage that passes by itself: somebody has to do something.
                _log.error(error.code, request_id=incoming.scope["request_id"], detail=error.detail)
            self._edge.metrics.refused.add(problem.code)
            incoming.scope["notes"].code = problem.code
            answer = problem_answer(problem, incoming.scope["request_id"])
        return answer.plus(*incoming.cors, *incoming.rate_limits)

    async def _handled(self, incoming: Incoming) -> Answer:
        handler = self._handlers.get(incoming.method)
        if handler is not None:
            if self._family == "account" or self._family == "v1":
                incoming.caller = await self._edge.auth.caller(incoming, self._family)
            return await handler(self._edge, incoming)
        if incoming.method != "OPTIONS":
            raise method_not_allowed(self._methods)
        if self._family != "widget":
            return Answer(204, headers=((b"allow", self._methods),))
        incoming.cors = ()
        return cors.preflight(incoming, self._methods)


def method_not_allowed(allowed: bytes) -> Problem:
    return Problem(
        405,
        "method_not_allowed",
        "The route does not take this method.",
        headers=((b"allow", allowed),),
    )


async def _linger(receive: Receive) -> None:
    """Takes in some of a body that was refused: closing on it would lose the answer on its way."""
    size_bytes = 0
    try:
        async with asyncio.timeout(LINGER_S):
            while size_bytes < LINGER_BYTES:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
                size_bytes += len(message.get("body", b""))
    except TimeoutError:
        return
