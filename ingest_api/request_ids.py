"""The id that a request has in answers and logs (contract §4, X-Request-Id)."""

import os
import re

from starlette.types import Scope

_SANE = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_RANDOM_BYTES = 12


def request_id_of(scope: Scope) -> str:
    """The caller's own id where it is sane, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            if _SANE.fullmatch(value):
                given: bytes = value
                return given.decode("ascii")
            break
    return new_request_id()


def new_request_id() -> str:
    return f"req_{os.urandom(_RANDOM_BYTES).hex()}"
