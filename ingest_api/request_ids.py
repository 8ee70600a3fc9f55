"""What names a request in answers and logs: its id (contract §4, X-Request-Id), and its trace."""

import os
import re

from starlette.types import Scope

from workers.mailbox.trace import Trace, read_traceparent

_SANE = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_RANDOM_BYTES = 12


def read_ids(scope: Scope) -> tuple[str, Trace | None]:
    """The caller's own id where it is sane, else a new one; and its trace if it brings one.

    A traceparent that is none, or stands twice, is ignored as the specification asks.
    """
    request_id = None
    traces = []
    for name, value in scope["headers"]:
        if name == b"x-request-id" and request_id is None:
            request_id = value.decode("ascii") if _SANE.fullmatch(value) else new_request_id()
        elif name == b"traceparent":
            traces.append(value)
    trace = read_traceparent(traces[0].decode("latin-1")) if len(traces) == 1 else None
    return request_id or new_request_id(), trace


def new_request_id() -> str:
    return f"req_{os.urandom(_RANDOM_BYTES).hex()}"
