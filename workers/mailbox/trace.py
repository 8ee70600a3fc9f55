"""The caller's trace (W3C Trace Context): carried along unchanged, so that log lines name it.

hal-ingest sends no spans anywhere, so it makes no ids of its own: a caller that brings no trace has
none. `tracestate` speaks to tracing systems alone and is not carried.
"""

import re
from dataclasses import dataclass

TRACEPARENT_LIMIT_CHARS = 256
"""A version that is not known yet may be longer than this one's 55."""

_TRACEPARENT = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<parent>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})"
    r"(?P<more>-[\x21-\x7e]*)?",
    re.ASCII,
)
_NO_TRACE = "0" * 32
_NO_PARENT = "0" * 16


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace, and the span in it that called: 32 and 16 hex digits."""

    trace_id: str
    span_id: str
    flags: str = "00"

    @property
    def traceparent(self) -> str:
        """As version 00 writes it, whatever version it came in."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


def read_traceparent(text: str) -> Trace | None:
    """The trace that a `traceparent` names; None for any text that is none.

    Blanks around it are no part of a header's value (RFC 9110). Of a later version the part that
    this one knows counts, as the specification asks.
    """
    if len(text) > TRACEPARENT_LIMIT_CHARS:
        return None
    found = _TRACEPARENT.fullmatch(text.strip(" \t"))
    if found is None or found["version"] == "ff":
        return None
    if found["version"] == "00" and found["more"] is not None:
        return None
    if found["trace"] == _NO_TRACE or found["parent"] == _NO_PARENT:
        return None
    return Trace(found["trace"], found["parent"], found["flags"])


def trace_fields(traceparent: str | None) -> dict[str, str]:
    """What a log line says of the trace; nothing where there is none."""
    trace = None if traceparent is None else read_traceparent(traceparent)
    return {} if trace is None else {"trace_id": trace.trace_id, "span_id": trace.span_id}
