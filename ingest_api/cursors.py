"""Cursors: where a list goes on, bound to the list that it was made for (contract §11).

Opaque, and no secret: base64url of JSON. Anybody can make one up, so what is read from it is
checked like any other input; the digest only tells a cursor from those of other lists.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import TypeGuard

from models.queries.page import Moment
from models.rules.visitor_id import ID_LIMIT_CHARS

CURSOR_LIMIT_CHARS = 2_000
DIGEST_BYTES = 6

Position = str | int | Moment

_INTEGER_BOUND = 2**63
"""What a database's integers hold."""


class BadCursor(ValueError):
    """No cursor of this list."""


def list_digest(scope: str, filters: Mapping[str, str]) -> str:
    """What tells a list from all others: `scope` names its project and route."""
    content = json.dumps([scope, sorted(filters.items())]).encode()
    return hashlib.blake2b(content, digest_size=DIGEST_BYTES).hexdigest()


def write_cursor(digest: str, position: Position) -> str:
    """The cursor that goes on behind a position."""
    content = json.dumps([digest, position], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")


def read_id_cursor(digest: str, cursor: str) -> str:
    """The id behind which the list goes on. Raises BadCursor."""
    position = _position(digest, cursor)
    if (
        not isinstance(position, str)
        or len(position) > ID_LIMIT_CHARS
        or not _is_storable(position)
    ):
        raise BadCursor
    return position


def read_place_cursor(digest: str, cursor: str) -> int:
    """The place behind which the list goes on. Raises BadCursor."""
    position = _position(digest, cursor)
    if not _is_stored_integer(position):
        raise BadCursor
    return position


def read_moment_cursor(digest: str, cursor: str) -> Moment:
    """The moment behind which the list goes on. Raises BadCursor."""
    match _position(digest, cursor):
        case [int() as occurred_at_ms, int() as rank] if all(
            _is_stored_integer(part) for part in (occurred_at_ms, rank)
        ):
            return occurred_at_ms, rank
    raise BadCursor


def _position(digest: str, cursor: str) -> object:
    if not cursor.isascii() or len(cursor) > CURSOR_LIMIT_CHARS:
        raise BadCursor
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        document = json.loads(content)
    except (binascii.Error, ValueError, RecursionError):
        raise BadCursor from None
    match document:
        case [str() as bound_to, position] if bound_to == digest:
            return position
    raise BadCursor


def _is_stored_integer(position: object) -> TypeGuard[int]:
    return type(position) is int and -_INTEGER_BOUND <= position < _INTEGER_BOUND


def _is_storable(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False
