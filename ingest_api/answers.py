"""An answer as a value: what a handler returns and the edge sends."""

from dataclasses import dataclass
from typing import Any

from starlette.types import Send

from models.compact_json import encode

Header = tuple[bytes, bytes]

NO_CONTENT = 204
WITHOUT_BODY = (NO_CONTENT, 304)

JSON_TYPE: Header = (b"content-type", b"application/json")
PROBLEM_TYPE: Header = (b"content-type", b"application/problem+json")
# Answers speak of one caller's data: no cache on the way may keep them.
NO_STORE: Header = (b"cache-control", b"no-store")
# What is no page must never be taken for one.
NO_SNIFFING: Header = (b"x-content-type-options", b"nosniff")


def encode_json(document: Any) -> str:
    """A document as compact JSON."""
    return encode(document).decode()


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and headers; `content-length` is added on sending, where it may stand."""

    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()

    def plus(self, *headers: Header) -> "Answer":
        """The same answer with more headers."""
        return Answer(self.status, self.body, (*self.headers, *headers)) if headers else self

    async def send(self, send: Send, *, last: bool = True) -> None:
        """Sends head and body; unless it is the `last` part, the exchange is left open."""
        headers = list(self.headers)
        if self.status not in WITHOUT_BODY:
            headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": not last})


def json_answer(status: int, document: Any, *headers: Header) -> Answer:
    """A JSON answer that nobody may cache."""
    return Answer(status, encode(document), (JSON_TYPE, NO_STORE, *headers))
