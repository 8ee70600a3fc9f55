"""A body as it arrives, inflated on the way where it is gzip, and refused once it is too large."""

import zlib
from collections.abc import AsyncIterator, Iterator

from ingest_api.body_reading import (
    GZIP_FRAME_BYTES,
    GZIP_MEMBERS_LIMIT,
    GZIP_WBITS,
    ClientGone,
    broken_gzip,
    check_length,
    is_gzipped,
    too_large,
)
from ingest_api.incoming import Incoming

PIECE_BYTES = 64 * 1024
"""At most so much is inflated at once."""


async def stream_body(incoming: Incoming, limit_bytes: int) -> AsyncIterator[bytes]:
    """The pieces of a body; its media type is somebody else's to check.

    Raises Problem 413, 415, or 400 for broken gzip, and ClientGone where it breaks off.
    """
    inflating = Inflating() if is_gzipped(incoming) else None
    raw_limit_bytes = limit_bytes + GZIP_FRAME_BYTES if inflating else limit_bytes
    check_length(incoming, raw_limit_bytes, limit_bytes)
    raw_bytes = size_bytes = 0
    async for chunk in _chunks(incoming):
        raw_bytes += len(chunk)
        if raw_bytes > raw_limit_bytes:
            raise too_large(limit_bytes)
        for piece in inflating.inflate(chunk) if inflating else (chunk,):
            size_bytes += len(piece)
            if size_bytes > limit_bytes:
                raise too_large(limit_bytes)
            yield piece
    if inflating is not None and not inflating.is_complete:
        raise broken_gzip()


async def _chunks(incoming: Incoming) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await incoming.receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        yield message.get("body", b"")
        more = message.get("more_body", False)


class Inflating:
    """The members of a gzip file, one after the other."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP_WBITS)
        self._members_left = GZIP_MEMBERS_LIMIT
        self.is_complete = True
        """Whether no member is open."""

    def inflate(self, raw: bytes) -> Iterator[bytes]:
        """What these bytes add, in small pieces. Raises Problem 400 for what is no gzip."""
        while raw:
            if self.is_complete:
                self._open_member()
            try:
                piece = self._member.decompress(raw, PIECE_BYTES)
            except zlib.error:
                raise broken_gzip() from None
            self.is_complete = self._member.eof
            raw = self._member.unused_data if self.is_complete else self._member.unconsumed_tail
            yield piece

    def _open_member(self) -> None:
        if not self._members_left:
            raise broken_gzip()
        self._members_left -= 1
        self._member = zlib.decompressobj(GZIP_WBITS)
