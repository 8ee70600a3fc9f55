"""The thread of a worker process that makes its counts readable, and answers who asks for them.

All processes of a machine count in one folder, so one of them answers for all: the first that gets
the port. When it ends, another one takes over within a second.
"""

import logging
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from config.measures import Measures
from config.metric_files import read_all
from workers.stop import Stop

log = logging.getLogger(__name__)

INTERVAL_S = 1.0
REQUEST_TIMEOUT_S = 10.0


class MetricsThread:
    """`run` is for a thread of its own; with an `address` it answers `GET /metrics` there."""

    def __init__(
        self,
        measures: Measures,
        stop: Stop,
        folder: Path | None,
        address: tuple[str, int] | None,
    ) -> None:
        self._measures = measures
        self._stop = stop
        self._folder = folder
        self._address = address

    def run(self) -> None:
        """Writes what was counted, every second and at the end; answers requests in between."""
        server = None
        try:
            while not self._stop.is_set():
                self._measures.write()
                if server is None:
                    server = self._listen()
                if server is None:
                    self._stop.wait(INTERVAL_S)
                else:
                    server.handle_request()
        finally:
            self._measures.write()
            if server is not None:
                server.server_close()

    def _listen(self) -> "_Server | None":
        """None where nobody shall ask, or another process answers."""
        if self._address is None or self._folder is None:
            return None
        try:
            return _Server(self._address, self._folder)
        except OSError as error:
            log.debug("another process answers for the metrics: %s", type(error).__name__)
            return None


class _Server(ThreadingHTTPServer):
    # How long `handle_request` waits for one.
    timeout = INTERVAL_S

    def __init__(self, address: tuple[str, int], folder: Path) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.folder = folder
        super().__init__(address, _Answer)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The library would print the error, with the caller's address."""
        log.debug("a request for metrics failed")


class _Answer(BaseHTTPRequestHandler):
    server: _Server
    server_version = "hal-ingest"
    sys_version = ""
    timeout = REQUEST_TIMEOUT_S

    def do_GET(self) -> None:
        """The counts of all processes of this machine."""
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(404)
            return
        text = generate_latest(read_all(self.server.folder))
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE_LATEST)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Quotes what was asked: stays silent."""
