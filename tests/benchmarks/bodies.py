"""The requests that are measured. The n-th of a kind is the same in every run."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

Body = dict[str, Any]
MakeBody = Callable[[int], Body]

KNOWN_VISITORS = 1_000


def identify(n: int) -> Body:
    """A person nobody has seen: visitor, contact, address and placeholder company are new.

    The digest spreads ids and addresses over their indexes, as real ones are spread.
    """
    digest = hashlib.blake2b(b"%d" % n, digest_size=12).hexdigest()
    return {
        "visitor_id": digest,
        "email": f"{digest[:10]}.{n}@example.com",
        "name": f"Person {n}",
        "metadata": {"plan": "enterprise", "role": "admin"},
    }


def identify_again(n: int) -> Body:
    """One of the people of `identify`, whose metadata change."""
    return {**identify(n), "metadata": {"plan": "team", "logins": n}}


def track(n: int) -> Body:
    """An event of one of the first visitors of `identify`."""
    visitor_id = identify(n % KNOWN_VISITORS)["visitor_id"]
    return {"visitor_id": visitor_id, "name": "report_exported", "value": n}


BODIES: dict[str, MakeBody] = {"identify": identify, "track": track}


def http_request(path: str, project_id: str, body: Body, *headers: str) -> bytes:
    """The bytes of a POST on a connection that stays open."""
    content = json.dumps({"app_id": project_id, **body}).encode()
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        *headers,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content
