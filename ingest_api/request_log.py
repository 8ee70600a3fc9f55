"""A log line for a request, where its answer calls for one (setting LOG_REQUESTS).

It names the route, never the path or the query: those may hold visitor ids and emails. An outage or
an attack makes many equal lines: of each code a few a second are written, and how many were not.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog

from config.sections.section import LogRequests
from ingest_api.answers import Header
from workers.mailbox.trace import Trace

LINES_A_SECOND = 10
"""Lines of one code; the next one after that tells how many were left out."""

_log = structlog.get_logger("hal.edge")


@dataclass(slots=True)
class RequestNotes:
    """What is known of a request once it is answered: `code` if it was a problem's."""

    request_id: str
    trace: Trace | None = None
    project_id: str | None = None
    code: str | None = None


@dataclass(slots=True)
class LineLimit:
    """Lets `LINES_A_SECOND` of each code through."""

    clock_s: Callable[[], float] = time.monotonic
    _second: int = -1
    _seen: dict[str, int] = field(default_factory=dict)
    _left_out: dict[str, int] = field(default_factory=dict)

    def admit(self, code: str) -> int | None:
        """None for a line that is one too many, else how many were left out before it."""
        second = int(self.clock_s())
        if second != self._second:
            self._second = second
            self._seen.clear()
        self._seen[code] = self._seen.get(code, 0) + 1
        if self._seen[code] > LINES_A_SECOND:
            self._left_out[code] = self._left_out.get(code, 0) + 1
            return None
        return self._left_out.pop(code, 0)


class RequestLog:
    """The lines of one edge process.

    `failed` writes answers of 500 and above, `refused` those of 400 and above, `all` each one.
    """

    def __init__(self, which: LogRequests, limit: LineLimit | None = None) -> None:
        self._least_status = {"failed": 500, "refused": 400, "all": 0}[which]
        self._limit = limit or LineLimit()

    def wants(self, status: int) -> bool:
        """Whether an answer with this status may get a line."""
        return status >= self._least_status

    def write(
        self,
        notes: RequestNotes,
        *,
        method: str,
        route: str,
        status: int,
        duration_s: float,
        headers: Iterable[Header],
    ) -> None:
        """Writes the line, unless there were too many like it; `headers` are the answer's."""
        code = notes.code or str(status)
        left_out = self._limit.admit(code) if status >= 400 else 0
        if left_out is None:
            return
        told: dict[str, Any] = {
            "request_id": notes.request_id,
            "method": method,
            "route": route,
            "status": status,
            "duration_ms": round(duration_s * 1000, 1),
            **_ids(notes, headers),
        }
        if status < 400:
            _log.info("request_answered", **told)
            return
        told["code"] = code
        if left_out:
            told["left_out"] = left_out
        if status < 500:
            _log.info("request_refused", **told)
        else:
            _log.warning("request_unavailable", **told)


def _ids(notes: RequestNotes, headers: Iterable[Header]) -> dict[str, str]:
    ids = {}
    if notes.project_id is not None:
        ids["project_id"] = notes.project_id
    if notes.trace is not None:
        ids |= {"trace_id": notes.trace.trace_id, "span_id": notes.trace.span_id}
    for name, value in headers:
        if name == b"x-operation-id":
            ids["operation_id"] = value.decode("ascii")
    return ids
