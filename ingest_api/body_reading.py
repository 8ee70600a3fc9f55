"""The bytes of a request's body, refused as soon as they are too many (contract §3)."""

import asyncio
import re
import zlib

from ingest_api.errors import Problem, invalid_request
from ingest_api.incoming import Incoming

GZIP_FRAME_BYTES = 1024
"""What gzip may add to a body that does not compress."""

GZIP_MEMBERS_LIMIT = 16
"""Each member costs a copy of what follows it."""

GZIP_WBITS = 31
_MEDIA_TYPE = re.compile(rb"[ \t]*([!#$%&'*+.^_`|~\w-]+/[!#$%&'*+.^_`|~\w-]+)[ \t]*(;.*)?")
_CHARSET = re.compile(rb";[ \t]*charset=[ \t]*\"?([^\";, \t]*)", re.IGNORECASE)
_UTF_8 = frozenset({b"utf-8", b"utf8", b"us-ascii"})
_GZIP = frozenset({b"gzip", b"x-gzip"})
JSON = b"application/json"
PLAIN_TEXT = b"text/plain"


class ClientGone(Exception):
    """The client closed the connection before its request was complete: nobody to answer."""


async def read_body(incoming: Incoming, limit_bytes: int, *, plain_text: bool) -> bytes:
    """The body, inflated where it is gzip.

    `plain_text` says whether text/plain passes for JSON, as `navigator.sendBeacon` sends it.
    Raises Problem 408, 413, 415, or 400 for broken gzip, and ClientGone.
    """
    check_type(incoming, (JSON, PLAIN_TEXT) if plain_text else (JSON,))
    return await _read(incoming, limit_bytes)


async def read_optional_body(incoming: Incoming, limit_bytes: int) -> bytes:
    """The same where a route needs no body: what is not there has no type either."""
    raw = await _read(incoming, limit_bytes)
    if raw:
        check_type(incoming, (JSON,))
    return raw


async def _read(incoming: Incoming, limit_bytes: int) -> bytes:
    is_gzip = is_gzipped(incoming)
    raw_limit_bytes = limit_bytes + GZIP_FRAME_BYTES if is_gzip else limit_bytes
    check_length(incoming, raw_limit_bytes, limit_bytes)
    try:
        async with asyncio.timeout(incoming.body_timeout_s):
            raw = await _receive(incoming, raw_limit_bytes, limit_bytes)
    except TimeoutError:
        raise body_too_late() from None
    return _inflate(raw, limit_bytes) if is_gzip else raw


async def _receive(incoming: Incoming, raw_limit_bytes: int, limit_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size_bytes = 0
    while True:
        message = await incoming.receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        size_bytes += len(chunk)
        if size_bytes > raw_limit_bytes:
            raise too_large(limit_bytes)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def check_length(incoming: Incoming, raw_limit_bytes: int, limit_bytes: int) -> None:
    """Raises Problem 413 for a body that is announced as larger than `raw_limit_bytes`.

    `limit_bytes` is the limit that the caller is told.
    """
    length = incoming.header(b"content-length")
    if length is not None and length.isdigit() and int(length) > raw_limit_bytes:
        raise too_large(limit_bytes)


def check_type(incoming: Incoming, accepted: tuple[bytes, ...]) -> bytes:
    """The body's media type. Raises Problem 415 for one that is not accepted, or not UTF-8."""
    values = incoming.header_values(b"content-type")
    if values == [JSON] and JSON in accepted:
        return JSON
    media = _MEDIA_TYPE.fullmatch(values[0]) if len(values) == 1 else None
    media_type = None if media is None else media[1].lower()
    if media is None or media_type not in accepted:
        raise _unsupported("Send application/json.", (b"accept-post", b", ".join(accepted)))
    charsets = {charset.lower() for charset in _CHARSET.findall(media[2] or b"")}
    if not charsets <= _UTF_8:
        raise _unsupported("Send the body in UTF-8.", (b"accept-post", b", ".join(accepted)))
    return media_type


def is_gzipped(incoming: Incoming) -> bool:
    """Whether the body is to be inflated. Raises Problem 415 for another coding than gzip."""
    codings = [
        coding.strip(b" \t").lower()
        for value in incoming.header_values(b"content-encoding")
        for coding in value.split(b",")
    ]
    applied = [coding for coding in codings if coding not in (b"identity", b"")]
    if not applied:
        return False
    if len(applied) > 1 or applied[0] not in _GZIP:
        raise _unsupported("Of content codings only gzip.", (b"accept-encoding", b"gzip, identity"))
    return True


def _inflate(raw: bytes, limit_bytes: int) -> bytes:
    """All members of a gzip file; stops at the limit, however much more a bomb would make."""
    parts: list[bytes] = []
    left_bytes = limit_bytes
    try:
        for _ in range(GZIP_MEMBERS_LIMIT):
            if not raw:
                return b"".join(parts)
            member = zlib.decompressobj(GZIP_WBITS)
            part = member.decompress(raw, left_bytes + 1)
            left_bytes -= len(part)
            if left_bytes < 0:
                raise too_large(limit_bytes)
            if not member.eof:
                raise broken_gzip()
            parts.append(part)
            raw = member.unused_data
    except zlib.error:
        raise broken_gzip() from None
    raise broken_gzip()


def body_too_late() -> Problem:
    """408, with which the connection ends: the rest of the body may still come."""
    return Problem(
        408,
        "request_timeout",
        "The body did not arrive in time.",
        headers=((b"connection", b"close"),),
    )


def broken_gzip() -> Problem:
    """400: the content coding says gzip, the bytes are none."""
    return invalid_request("The body is not valid gzip.")


def too_large(limit_bytes: int) -> Problem:
    """413, with which the connection ends: what else is sent is not read."""
    return Problem(
        413,
        "payload_too_large",
        f"The body is larger than {limit_bytes} bytes.",
        headers=((b"connection", b"close"),),
    )


def _unsupported(detail: str, header: tuple[bytes, bytes]) -> Problem:
    return Problem(415, "unsupported_media_type", detail, headers=(header,))
