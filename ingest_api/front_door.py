"""Every request passes here: it gets an id, is counted and logged, and is answered whatever
happens.
"""

import asyncio
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest_api.answers import NO_SNIFFING, Header
from ingest_api.body_reading import ClientGone
from ingest_api.errors import problem_answer, unavailable
from ingest_api.exact_path import exact_path
from ingest_api.metrics import Metrics
from ingest_api.request_ids import read_ids
from ingest_api.request_log import RequestLog, RequestNotes

_log = structlog.get_logger("hal.edge")


class FrontDoor:
    """The outermost layer of the edge. Starlette puts the route into `scope["route"]`; whoever
    learns something for the log puts it into `scope["notes"]`.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, log: RequestLog, retry_after_s: int) -> None:
        self._app = app
        self._metrics = metrics
        self._log = log
        self._retry_after_s = retry_after_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s = time.perf_counter()
        status, headers = 0, list[Header]()
        request_id, trace = read_ids(scope)
        scope["request_id"], scope["notes"] = request_id, RequestNotes(request_id, trace)
        scope["path"] = exact_path(scope["raw_path"])
        request_id_header = (b"x-request-id", request_id.encode())

        async def send_with_id(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], message["headers"]
                headers += (request_id_header, NO_SNIFFING)
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except ClientGone:
            return
        except (Exception, asyncio.CancelledError) as error:
            # The last resort: a bug, or a stop that waits no longer. 503 is the only 5xx (§4).
            if isinstance(error, Exception):
                self._metrics.bugs.add()
                _log.error("request_failed", request_id=request_id, exc_info=error)
            if status == 0:
                answer = problem_answer(unavailable(self._retry_after_s), request_id)
                await answer.send(send_with_id)
            if not isinstance(error, Exception):
                raise
        finally:
            if status:
                self._note(scope, status, time.perf_counter() - began_s, headers)

    def _note(self, scope: Scope, status: int, duration_s: float, headers: list[Header]) -> None:
        route = scope["route"].path_format if "route" in scope else "none"
        self._metrics.request_answered(route, status, duration_s)
        if self._log.wants(status):
            self._log.write(
                scope["notes"],
                method=scope["method"],
                route=route,
                status=status,
                duration_s=duration_s,
                headers=headers,
            )
