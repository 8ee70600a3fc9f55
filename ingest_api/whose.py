"""Whose a request says that it is, before anybody has judged it: a hint, and never trusted."""

import re
from collections.abc import Iterable

from ingest_api.answers import Header

LOOK_BYTES = 4096
"""So much of a body is searched for the project that it names."""
_CREDENTIALS = (b"authorization", b"x-api-key")
_IN_BODY = re.compile(rb'"(?:app_id|project_id)"\s*:\s*"([\w-]{1,64})"', re.ASCII)
_IN_QUERY = re.compile(rb"(?:^|&)(?:app_id|project_id)=([\w-]{1,64})", re.ASCII)


def whose_request(
    headers: Iterable[Header], query: bytes, body: bytes | bytearray, address: str
) -> str:
    """The credential as it was sent, else the project named, else the address that it came from.

    `headers` have names in lower case; `body` is what has come of it so far.
    """
    for name, value in headers:
        if name in _CREDENTIALS:
            return value.decode("latin-1")
    named = _IN_BODY.search(body, 0, LOOK_BYTES) or _IN_QUERY.search(query)
    return address if named is None else named[1].decode()
