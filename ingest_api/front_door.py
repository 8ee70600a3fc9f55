"""Every request passes here: it gets an id, is counted, and is answered whatever happens."""

import asyncio
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest_api.answers import NO_SNIFFING
from ingest_api.body_reading import ClientGone
from ingest_api.errors import problem_answer, unavailable
from ingest_api.exact_path import exact_path
from ingest_api.metrics import Metrics
from ingest_api.request_ids import request_id_of

_log = structlog.get_logger("hal.edge")


class FrontDoor:
    """The outermost layer of the edge. Route families put their path into `scope["route"]`."""

    def __init__(self, app: ASGIApp, metrics: Metrics, retry_after_s: int) -> None:
        self._app = app
        self._metrics = metrics
        self._retry_after_s = retry_after_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s = time.perf_counter()
        status = 0
        request_id = scope["request_id"] = request_id_of(scope)
        scope["path"] = exact_path(scope["raw_path"])
        request_id_header = (b"x-request-id", request_id.encode())

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] += (request_id_header, NO_SNIFFING)
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except ClientGone:
            return
        except (Exception, asyncio.CancelledError) as error:
            # The last resort: a bug, or a stop that waits no longer. 503 is the only 5xx (§4).
            if isinstance(error, Exception):
                _log.error("request_failed", request_id=request_id, exc_info=error)
            if status == 0:
                answer = problem_answer(unavailable(self._retry_after_s), request_id)
                await answer.send(send_with_id)
            if not isinstance(error, Exception):
                raise
        finally:
            if status:
                self._count(scope, status, time.perf_counter() - began_s)

    def _count(self, scope: Scope, status: int, duration_s: float) -> None:
        route = scope.get("route")
        self._metrics.request_answered(route.path if route else "none", status, duration_s)
