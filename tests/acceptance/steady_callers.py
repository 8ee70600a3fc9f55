"""Callers who go on while processes come and go: each tracks its numbers, one after the other."""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx2

from tests.acceptance.project import Project
from tests.services.processes import WebProcess

CALLERS = 6
ANSWER_WITHIN_S = 30.0
ACCEPTED = frozenset({200, 202})
UNAVAILABLE = 503


@dataclass
class Caller:
    """One visitor's calls, over connections that are kept alive.

    It asks again after 503, and never after a connection that broke: what became of that is held
    against what is stored.
    """

    name: str
    accepted: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    other_statuses: set[int] = field(default_factory=set)


class Callers:
    """All of them, and the edges among which a balancer would spread their calls."""

    def __init__(self, project: Project, edges: list[WebProcess]) -> None:
        self.edges = edges
        self.callers = [Caller(f"v{number}") for number in range(CALLERS)]
        self._key = project.created.publishable_key
        self._over = threading.Event()

    @property
    def accepted(self) -> int:
        """How many calls were accepted up to now."""
        return sum(len(caller.accepted) for caller in self.callers)

    @contextmanager
    def calling(self) -> Iterator[None]:
        """They call while the block runs."""
        threads = [
            threading.Thread(target=self._run, args=(caller, place))
            for place, caller in enumerate(self.callers)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _run(self, caller: Caller, place: int) -> None:
        headers = {"authorization": f"Bearer {self._key}"}
        with httpx2.Client(timeout=ANSWER_WITHIN_S, headers=headers) as client:
            for number in itertools.count(1):
                if self._over.is_set():
                    return
                self._track(client, caller, number, place)

    def _track(self, client: httpx2.Client, caller: Caller, number: int, place: int) -> None:
        body = {"visitor_id": caller.name, "name": "step", "value": number}
        for attempt in itertools.count():
            edge = self.edges[(place + number + attempt) % len(self.edges)]
            try:
                answer = client.post(f"{edge.url}/api/widget/track", json=body)
            except httpx2.ConnectError:
                continue  # the balancer has not noticed yet; nothing was sent
            except httpx2.TransportError:
                caller.broken.append(number)
                return
            if answer.status_code == UNAVAILABLE:
                continue
            if answer.status_code in ACCEPTED:
                caller.accepted.append(number)
            else:
                caller.other_statuses.add(answer.status_code)
            return
