"""What an edge does when more comes than it can take: newcomers are refused unread, politely and at
little cost (contract §4, Load; ADR 0020).
"""

from collections.abc import Iterable

from starlette.routing import Route
from starlette.types import Scope

from ingest_api.answers import NO_SNIFFING, Answer
from ingest_api.cors import headers_before_the_project_is_known
from ingest_api.edge import Edge
from ingest_api.errors import UNAVAILABLE, problem_answer, unavailable
from ingest_api.request_ids import read_ids
from ingest_api.request_log import RequestLog, RequestNotes

NO_WRITES = ("GET", "HEAD", "OPTIONS")
_WIDGET = "/api/widget/"


class Overrun:
    """Judges each request that is about to begin. What it refuses costs no task and no route."""

    def __init__(self, edge: Edge, log: RequestLog, routes: Iterable[Route]) -> None:
        self._edge = edge
        self._log = log
        self._paths = {route.path for route in routes if not route.param_convertors}

    def refusal(self, scope: Scope, stood_s: float) -> Answer | None:
        """The answer to a write that has stood in line for so long, and now would have to wait for
        Redis, that its caller may be about to hang up; None for one that may begin.
        """
        wait_s = stood_s + self._edge.post.wait_s
        if wait_s <= self._edge.settings.accept_wait_s or scope["method"] in NO_WRITES:
            return None
        request_id, trace = read_ids(scope)
        answer = problem_answer(unavailable(self._edge.settings.retry_after_s), request_id)
        if scope["path"].startswith(_WIDGET):
            answer = answer.plus(*headers_before_the_project_is_known(scope["headers"]))
        self._note(scope, RequestNotes(request_id, trace, code=UNAVAILABLE), stood_s, answer)
        return answer.plus((b"x-request-id", request_id.encode()), NO_SNIFFING)

    def _note(self, scope: Scope, notes: RequestNotes, stood_s: float, answer: Answer) -> None:
        route = scope["path"] if scope["path"] in self._paths else "none"
        self._edge.metrics.refused.add(UNAVAILABLE)
        self._edge.metrics.request_answered(route, answer.status, stood_s)
        if self._log.wants(answer.status):
            self._log.write(
                notes,
                method=scope["method"],
                route=route,
                status=answer.status,
                duration_s=stood_s,
                headers=answer.headers,
            )
