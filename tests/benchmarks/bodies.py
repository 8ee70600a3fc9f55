"""The requests that are measured. The n-th of a kind is the same in every run."""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

Body = dict[str, Any]
MakeBody = Callable[[int], Body]

KNOWN_VISITORS = 1_000
_VALUE_CHARS = 256
STRIDE = 7_919
"""A prime: picks spread over the stored people."""
SEEN_BEFORE = 500
"""How many people come between somebody's identify and the event."""


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


def identify_again(n: int, known: int) -> Body:
    """One of the first `known` people of `identify` again, with other metadata each time."""
    return {**identify(n * STRIDE % known), "metadata": {"plan": "team", "logins": n}}


def track(n: int) -> Body:
    """An event of one of the first visitors of `identify`."""
    visitor_id = identify(n % KNOWN_VISITORS)["visitor_id"]
    return {"visitor_id": visitor_id, "name": "report_exported", "value": n}


def with_metadata(body: Body, size_bytes: int) -> Body:
    """The body with metadata of about this size in place of its own; as it is for 0."""
    if not size_bytes:
        return body
    keys = max(1, size_bytes // _VALUE_CHARS)
    value = "x" * (size_bytes // keys - len('"key_000":"",'))
    return {**body, "metadata": {f"key_{n:03}": value for n in range(keys)}}


def named_project(first: str, n: int) -> str:
    """The id of the n-th of several projects."""
    return first if n == 0 else f"{first}-{n}"


def mixed(n: int) -> tuple[str, Body]:
    """Type and body: every other one identifies a new person, the next one tracks what it does."""
    person = n // 2
    if n % 2 == 0:
        return "identify", identify(person)
    seen = identify(max(0, person - SEEN_BEFORE))["visitor_id"]
    return "track", {"visitor_id": seen, "name": "report_exported", "value": n}


BODIES: dict[str, MakeBody] = {"identify": identify, "track": track}


def http_request(path: str, project_id: str, body: Body, *headers: str) -> bytes:
    """The bytes of a POST on a connection that stays open."""
    content = json.dumps({"app_id": project_id, **body}).encode()
    return _post(path, content, "application/json", *headers)


def batch_request(
    path: str, operation_type: str, bodies: Sequence[Body], *headers: str, lines: bool
) -> bytes:
    """The same for a batch of operations of one type, one a line or in one object."""
    operations = [{"type": operation_type, **body} for body in bodies]
    if lines:
        content = "".join(json.dumps(each) + "\n" for each in operations).encode()
        return _post(path, content, "application/x-ndjson", *headers)
    content = json.dumps({"operations": operations}).encode()
    return _post(path, content, "application/json", *headers)


def get_request(path: str, *headers: str) -> bytes:
    """The bytes of a GET on a connection that stays open."""
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", "")).encode()


def _post(path: str, content: bytes, media_type: str, *headers: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(content)}",
        *headers,
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + content
