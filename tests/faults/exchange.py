"""One request and its answer, at whichever edge answers."""

import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

import httpx2

from tests.faults.history import Answer, Json

ANSWER_WITHIN_S = 4.0


@dataclass(frozen=True, slots=True)
class Terms:
    """How a caller reaches the product: the edges' addresses, its credential, the round's clock.

    After `until_s` nothing new is asked for; after `give_up_s` nothing is asked again.
    """

    urls: Sequence[str]
    credential: str
    is_backend: bool
    clock_s: Callable[[], float]
    until_s: float
    give_up_s: float


class Exchange:
    """A caller's connections to the edges, open while entered; `edge` is asked first."""

    def __init__(self, terms: Terms, edge: int) -> None:
        self._terms = terms
        self._edge = edge
        self._open = ExitStack()
        self._clients: list[httpx2.Client] = []

    def ask(
        self, method: str, path: str, body: Json | None, headers: dict[str, str]
    ) -> tuple[Answer, str | None]:
        """The answer, and where it says that a receipt is.

        It comes from the edge that answered last; if that is lost, the next one has a turn.
        """
        began_s = self._terms.clock_s()
        content = None if body is None else json.dumps(body).encode()
        sent = {"authorization": f"Bearer {self._terms.credential}", **headers}
        if content is not None:
            sent["content-type"] = "application/json"
        try:
            client = self._clients[self._edge]
            response = client.request(method, path, content=content, headers=sent)
            document = response.json() if response.content else {}
        except (httpx2.HTTPError, ValueError) as error:
            self._edge = (self._edge + 1) % len(self._clients)
            lost = type(error).__name__
            return Answer(began_s, self._terms.clock_s(), None, {}, lost=lost), None
        answer = Answer(
            began_s,
            self._terms.clock_s(),
            response.status_code,
            document,
            response.headers.get("x-operation-id") or document.get("operation_id"),
            response.headers.get("retry-after"),
        )
        return answer, response.headers.get("location")

    def __enter__(self) -> Self:
        self._clients = [
            self._open.enter_context(httpx2.Client(base_url=url, timeout=ANSWER_WITHIN_S))
            for url in self._terms.urls
        ]
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()


def steady_clock() -> Callable[[], float]:
    """Seconds since now."""
    began_s = time.monotonic()
    return lambda: round(time.monotonic() - began_s, 4)
