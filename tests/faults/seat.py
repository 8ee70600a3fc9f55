"""A place for one process of the product, filled again when what sat there was ended."""

import signal
import subprocess
import threading
from collections.abc import Callable

from tests.services.processes import ServiceProcess, Services

STOPS_WITHIN_S = 20.0
STARTS_WITHIN_TRIES = 20
PAUSE_BETWEEN_TRIES_S = 0.5


class Seat:
    """One edge or one worker. One fault strikes it at a time; the others wait for their turn."""

    def __init__(self, name: str, services: Services, start: Callable[[], ServiceProcess]) -> None:
        self.name = name
        self.troubles: list[str] = []
        """What the process did that no fault excuses."""
        self._services = services
        self._start = start
        self._turn = threading.Lock()
        self._process = start()

    @property
    def process(self) -> ServiceProcess:
        """Who sits there now."""
        return self._process

    def kill(self, empty_s: float = 0.0) -> None:
        """Ends the process as `kill -9` does; the next one comes after `empty_s`."""
        with self._turn:
            self._expect_alive()
            self._process.kill()
            self._fill(empty_s)

    def stop(self, empty_s: float = 0.0) -> None:
        """Asks the process to end, and waits for it; the next one comes after `empty_s`."""
        with self._turn:
            self._expect_alive()
            try:
                self._process.stop(STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                self.troubles.append(f"{self.name} did not stop within {STOPS_WITHIN_S:g} s")
                self._process.kill()
            self._fill(empty_s)

    def freeze(self, lasts_s: float) -> None:
        """Lets the process do nothing for a while; its connections and transactions stay open."""
        with self._turn:
            self._expect_alive()
            self._process.send(signal.SIGSTOP)
            threading.Event().wait(lasts_s)
            self._process.send(signal.SIGCONT)

    def expect_alive(self) -> None:
        """Notes a process that ended without being asked to."""
        with self._turn:
            self._expect_alive()

    def _expect_alive(self) -> None:
        if not self._process.is_alive():
            last = self._process.output().strip().splitlines()[-1:]
            self.troubles.append(f"{self.name} ended by itself: {last}")
            self._fill(0.0)

    def _fill(self, empty_s: float) -> None:
        pause = threading.Event()
        pause.wait(empty_s)
        self._services.started.remove(self._process)
        for _ in range(STARTS_WITHIN_TRIES):
            try:
                self._process = self._start()
                return
            except AssertionError:
                # A process may end at its start while Redis or the database is away.
                self._drop_the_dead()
                pause.wait(PAUSE_BETWEEN_TRIES_S)
        raise AssertionError(f"{self.name} does not start any more")

    def _drop_the_dead(self) -> None:
        dead = [each for each in self._services.started if not each.is_alive()]
        for each in dead:
            self._services.started.remove(each)
