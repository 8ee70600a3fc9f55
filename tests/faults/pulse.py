"""Somebody who asks all the time, and notes when he is answered: the pulse of a site."""

import itertools
import threading
import time
from typing import Self

import httpx2

PAUSE_S = 0.02
WAITS_S = 10
ANSWER_WITHIN_S = WAITS_S + 1.0


class Pulse:
    """Sends waiting calls to one edge, one after the other, while entered.

    `good` are the times of the 200s: when the call began, and when it was answered (steady clock).
    """

    def __init__(self, url: str, credential: str, visitor_id: str) -> None:
        self.good: list[tuple[float, float]] = []
        self._url = url
        self._headers = {
            "authorization": f"Bearer {credential}",
            "prefer": f"wait={WAITS_S}",
        }
        self._visitor_id = visitor_id
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"pulse of {visitor_id}")

    def next_good_s(self, since_s: float) -> float | None:
        """How long after `since_s` the first call was answered 200 that began after it."""
        return next((ended - since_s for began, ended in self.good if began >= since_s), None)

    def _run(self) -> None:
        with httpx2.Client(
            base_url=self._url, timeout=ANSWER_WITHIN_S, headers=self._headers
        ) as client:
            for number in itertools.count():
                if self._over.wait(PAUSE_S):
                    return
                began_s = time.monotonic()
                body = {"visitor_id": self._visitor_id, "name": "pulse", "value": number}
                try:
                    answer = client.post("/api/widget/track", json=body)
                except httpx2.HTTPError:
                    continue
                if answer.status_code == httpx2.codes.OK:
                    self.good.append((began_s, time.monotonic()))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
