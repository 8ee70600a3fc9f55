"""Which browsers' pages may speak to a project's widget routes (contract §2, CORS).

A preflight always passes: the project is not known yet. The request itself is judged. An answer
from before the project is known is readable by any page, so that a browser shows its reason;
it holds nothing of a project.
"""

import re
from collections.abc import Iterable

from ingest_api.answers import Answer, Header
from ingest_api.errors import Problem
from ingest_api.incoming import Incoming
from models.operations.origins import ANY_ORIGIN
from models.queries.projects import EdgeProject

PREFLIGHT_MAX_AGE_S = 7200
"""The longest that browsers keep one (Chromium's cap)."""

_REQUESTED_HEADERS = re.compile(rb"[\w!#$%&'*+.^`|~, \t-]{1,1024}")
_USUAL_HEADERS = (
    b"authorization, content-encoding, content-type, idempotency-key, prefer, x-request-id"
)
_EXPOSED: Header = (
    b"access-control-expose-headers",
    b"Idempotent-Replayed, Location, Preference-Applied, RateLimit, RateLimit-Policy, "
    b"Retry-After, X-Operation-Id, X-Request-Id",
)
_VARY: Header = (b"vary", b"Origin")
_FOR_ALL: tuple[Header, ...] = ((b"access-control-allow-origin", b"*"), _EXPOSED)


def preflight(incoming: Incoming, methods: bytes) -> Answer:
    """The answer to OPTIONS on a widget route; `methods` are those of the route."""
    requested = incoming.header_values(b"access-control-request-headers")
    wanted = b", ".join(requested)
    return Answer(
        204,
        headers=(
            (b"allow", methods),
            (b"access-control-allow-origin", b"*"),
            (b"access-control-allow-methods", methods),
            (
                b"access-control-allow-headers",
                wanted if _REQUESTED_HEADERS.fullmatch(wanted) else _USUAL_HEADERS,
            ),
            (b"access-control-max-age", b"%d" % PREFLIGHT_MAX_AGE_S),
            (b"vary", b"Access-Control-Request-Headers"),
        ),
    )


def headers_before_the_project_is_known(headers: Iterable[Header]) -> tuple[Header, ...]:
    """Those of an answer to a request with these."""
    return _FOR_ALL if any(name == b"origin" for name, _ in headers) else ()


def judge_origin(incoming: Incoming, project: EdgeProject) -> None:
    """Gives the answer its CORS headers, none for what is no browser.

    Raises Problem 403 `origin_not_allowed` where the request's origin is not among the project's.
    """
    incoming.cors = ()
    origins = incoming.header_values(b"origin")
    if not origins:
        return
    allowed = project.allowed_origins
    if ANY_ORIGIN in allowed:
        incoming.cors = _FOR_ALL
    elif len(origins) == 1 and origins[0].decode("latin-1").lower() in allowed:
        incoming.cors = ((b"access-control-allow-origin", origins[0]), _VARY, _EXPOSED)
    else:
        raise Problem(
            403,
            "origin_not_allowed",
            "The project does not allow requests from this origin.",
            headers=(_VARY,),
        )
