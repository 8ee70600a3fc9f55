"""Machines a and b: an edge and a worker each, Redis and PostgreSQL over the network."""

import sys
from collections.abc import Callable, Mapping

from ingest_api.embedded.services import web_is_ready, worker_is_ready
from tests.faults.seat import Seat
from tests.machines.network import Network
from tests.services.processes import ServiceProcess, Services
from tests.services.waiting import wait_until

EDGE_PORT = 8080
READY_WITHIN_S = 60.0


class Machine:
    """One machine's edge and worker, each in a seat that can be struck."""

    def __init__(
        self, network: Network, name: str, services: Services, redis_urls: Mapping[str, str]
    ) -> None:
        self.name = name
        self._network = network
        self._services = services
        self._redis_urls = redis_urls
        self._address = network.address(name)
        self.edge = Seat(f"edge on {name}", services, self._start_edge)
        self.worker = Seat(f"worker on {name}", services, self._start_worker)

    @property
    def url(self) -> str:
        """Where callers reach the edge."""
        return f"http://{self._address}:{EDGE_PORT}"

    def _start_edge(self) -> ServiceProcess:
        edge = self._start("edge", [sys.executable, "-m", "ingest_api.cli", "web"])
        return self._when(edge, lambda: web_is_ready(self._address, EDGE_PORT))

    def _start_worker(self) -> ServiceProcess:
        worker = self._start("worker", [sys.executable, "-m", "workers"])
        seen_by = self._redis_urls["admin"]
        return self._when(worker, lambda: worker_is_ready(seen_by, worker.pid))

    def _start(self, user: str, command: list[str]) -> ServiceProcess:
        with self._network.on(self.name):
            return self._services.start(
                f"{user}-{self.name}",
                command,
                redis_url=self._redis_urls[user],
                host=self._address,
                port=EDGE_PORT,
            )

    def _when(self, process: ServiceProcess, is_ready: Callable[[], bool]) -> ServiceProcess:
        def ready_or_ended() -> bool:
            if not process.is_alive():
                raise AssertionError(f"{process.name} ended at once:\n{process.output()}")
            return is_ready()

        wait_until(ready_or_ended, READY_WITHIN_S, f"{process.name} is ready")
        return process
