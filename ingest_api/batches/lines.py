"""Lines of NDJSON out of chunks that end anywhere (contract §10)."""

from collections.abc import Iterator

_NEWLINE = b"\n"
_BLANK = b" \t\r"


class Lines:
    """Cuts a stream at its newlines, a byte that no other character holds in UTF-8.

    Keeps no more than `line_limit_bytes` of a line that is not complete yet.
    """

    def __init__(self, line_limit_bytes: int) -> None:
        self._limit_bytes = line_limit_bytes
        self._kept: list[bytes] = []
        self._kept_bytes = 0
        self._is_overlong = False

    def feed(self, chunk: bytes) -> Iterator[bytes | None]:
        """The lines that a chunk completes, without blank ones; None for one over the limit."""
        *complete, rest = chunk.split(_NEWLINE)
        for piece in complete:
            self._keep(piece)
            yield from self.end()
        self._keep(rest)

    def end(self) -> Iterator[bytes | None]:
        """The line that is complete now, if there is one."""
        line = b"".join(self._kept)
        is_overlong = self._is_overlong
        self._kept, self._kept_bytes, self._is_overlong = [], 0, False
        if is_overlong:
            yield None
        elif line.strip(_BLANK):
            yield line

    def _keep(self, piece: bytes) -> None:
        self._kept_bytes += len(piece)
        if self._kept_bytes > self._limit_bytes:
            self._is_overlong = True
            self._kept = []
        elif piece:
            self._kept.append(piece)
