"""The headers of answers, each described once (contract §4)."""

from collections.abc import Iterable
from typing import Any

_OPERATION_ID = {"type": "string", "pattern": "^op_[0-9a-f]{32}$"}

RATE_LIMIT_HEADERS = ("RateLimit", "RateLimit-Policy")
"""There wherever the mailbox was asked and a limit holds."""

HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-Id": {
        "description": "The request's own id if it was a sane one, else a new one.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"},
    },
    "X-Operation-Id": {
        "description": "The accepted write; its receipt is found by it.",
        "required": True,
        "schema": _OPERATION_ID,
    },
    "Location": {
        "description": "Where the receipt is.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Preference-Applied": {
        "description": "What of `Prefer` the answer followed (RFC 7240).",
        "schema": {"type": "string", "examples": ["respond-async"]},
    },
    "Idempotent-Replayed": {
        "description": "There and `true` if this is the outcome of an earlier request.",
        "schema": {"type": "string", "const": "true"},
    },
    "Retry-After": {
        "description": "Seconds after which a retry makes sense.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "RateLimit-Policy": {
        "description": "The token buckets that the request counted in: `q` operations at once, "
        "given back within `w` seconds (draft-ietf-httpapi-ratelimit-headers).",
        "schema": {"type": "string", "examples": ['"project";q=40000;w=2, "visitor";q=10000;w=20']},
    },
    "RateLimit": {
        "description": "What is left in them: `r` operations at once, and all again in `t` "
        "seconds.",
        "schema": {"type": "string", "examples": ['"project";r=39999;t=1, "visitor";r=9999;t=1']},
    },
    "WWW-Authenticate": {
        "description": "The scheme of the credentials.",
        "required": True,
        "schema": {"type": "string", "examples": ["Bearer"]},
    },
    "ETag": {
        "description": "Names this content; send it back as `If-None-Match`.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Content-Security-Policy": {
        "description": "The page loads nothing from elsewhere.",
        "required": True,
        "schema": {"type": "string"},
    },
}


def header_references(names: Iterable[str]) -> dict[str, Any]:
    """References to the headers under `components`."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
