"""The product's own processes, as children that a test can stop and kill."""

import itertools
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from ingest_api.embedded.processes import signal_group, start_child
from ingest_api.embedded.services import web_is_ready, worker_is_ready
from tests.services.waiting import wait_until
from tests.services.warm_start import Child, is_warm, start_warm

_ROOT = Path(__file__).resolve().parents[2]
_HOST = "127.0.0.1"
READY_WITHIN_S = 30.0
# Below the range from which the system takes the ports of outgoing connections.
_FIRST_PORT = 20_000
_PORTS = 12_000
# Test processes run side by side: each begins at a place of its own.
_candidates = itertools.count(os.getpid() * 37)


class ServiceProcess:
    """One running child; its output is kept in `output_file`.

    One that `is_cold` has an interpreter and a command line of its own.
    """

    def __init__(
        self,
        name: str,
        command: list[str],
        environment: Mapping[str, str],
        folder: Path,
        *,
        is_cold: bool = False,
    ) -> None:
        self.name = name
        self.output_file = folder / f"{name}.log"
        with self.output_file.open("ab") as output:
            self.child: Child = (
                start_warm(command, environment, output, output)
                if is_warm(command) and not is_cold
                else start_child(command, environment, folder / f"{name}.pid", output=output)
            )

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self.child.pid

    def is_alive(self) -> bool:
        """Whether the child has not ended."""
        return self.child.poll() is None

    def output(self) -> str:
        """Everything the child has written so far."""
        return self.output_file.read_text(encoding="utf-8", errors="replace")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the child and all that it started."""
        signal_group(self.pid, number)

    def stop(self, within_s: float = 20.0) -> int:
        """Ask the child to stop, wait for it and return its exit code."""
        self.send(signal.SIGTERM)
        return self.child.wait(timeout=within_s)

    def kill(self) -> None:
        """End the child as `kill -9` does."""
        self.send(signal.SIGKILL)
        self.child.wait(timeout=10)

    def wait(self, within_s: float = 20.0) -> int:
        """Wait for the child to end by itself and return its exit code."""
        return self.child.wait(timeout=within_s)


class WebProcess(ServiceProcess):
    """A running edge; `url` is its base URL."""

    url: str = ""


class Services:
    """Starts edges and workers on one Redis and one database; leaving ends them all.

    They are forks of a process that has loaded everything, unless `is_cold`.

    Settings are given in lower case, as the fields of `Settings`: `start_web(widget_wait_s=0)`.
    """

    is_cold = False

    def __init__(self, redis_url: str, database_url: str, folder: Path, **settings: object) -> None:
        self.redis_url = redis_url
        self.database_url = database_url
        self.folder = folder
        self.settings = settings
        self.started: list[ServiceProcess] = []

    def start_web(self, **settings: object) -> WebProcess:
        """Start an edge on a port of its own and wait until it answers."""
        port = free_port()
        environment = self.environment(host=_HOST, port=port, **settings)
        command = [sys.executable, "-m", "ingest_api.cli", "web"]
        name = f"web-{len(self.started)}"
        web = WebProcess(name, command, environment, self.folder, is_cold=self.is_cold)
        web.url = f"http://{_HOST}:{port}"
        self._await(web, lambda: web_is_ready(_HOST, port))
        return web

    def start_worker(self, *program: str, **settings: object) -> ServiceProcess:
        """Start a worker, of another module if one is named; wait until it listens on its queue."""
        command = [sys.executable, "-m", *(program or ("workers",))]
        worker = self.start("worker", command, **settings)
        self._await(worker, lambda: worker_is_ready(self.redis_url, worker.pid))
        return worker

    def start(self, name: str, command: list[str], **settings: object) -> ServiceProcess:
        """Start any command with this environment, without waiting for anything."""
        process = ServiceProcess(
            f"{name}-{len(self.started)}",
            command,
            self.environment(**settings),
            self.folder,
            is_cold=self.is_cold,
        )
        self.started.append(process)
        return process

    def environment(self, **settings: object) -> dict[str, str]:
        """Return the environment of a child."""
        places = {"redis_url": self.redis_url, "database_url": self.database_url}
        given = {**places, **self.settings, **settings}
        changes = {name.upper(): str(value) for name, value in given.items()}
        return {**os.environ, "PYTHONPATH": str(_ROOT), **changes}

    def stop(self) -> None:
        """Kill whatever is still running."""
        for process in reversed(self.started):
            process.kill()
        self.started.clear()

    def _await(self, process: ServiceProcess, is_ready: Callable[[], bool]) -> None:
        if process not in self.started:
            self.started.append(process)

        def ready_or_ended() -> bool:
            if not process.is_alive():
                raise AssertionError(f"{process.name} ended at once:\n{process.output()}")
            return is_ready()

        wait_until(ready_or_ended, READY_WITHIN_S, f"{process.name} is ready")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def free_port() -> int:
    """Return a port of the loopback address on which nothing listens."""
    for _ in range(_PORTS):
        # The next caller goes on behind this one, which may not listen yet.
        port = _FIRST_PORT + next(_candidates) % _PORTS
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
        return port
    raise AssertionError("no free port")
