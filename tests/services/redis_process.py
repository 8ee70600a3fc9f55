"""A real Redis-compatible server that a test can stop, kill and start again."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from ingest_api.embedded.processes import signal_group, start_child
from ingest_api.embedded.redis_server import RedisServer, plan_redis_server
from tests.services.waiting import wait_until


class RedisProcess:
    """A server in a folder of its own below `parent`, which should have a short path.

    Without `durable` it has no append-only file.
    """

    def __init__(self, *, durable: bool = True, parent: Path = Path("/tmp")) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hal-redis-", dir=parent))
        self.server: RedisServer = plan_redis_server(self.folder)
        self._durable = durable
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The REDIS_URL of this server."""
        return self.server.url

    def command(self) -> list[str]:
        """The command line of the server, as the product has it but for what is not `durable`."""
        return [*self.server.command(), *(() if self._durable else ("--appendonly", "no"))]

    def start(self) -> None:
        """Start the server, with the data it had, and wait until it answers."""
        self.child = start_child(self.command(), os.environ, self.folder / "redis.pid")
        wait_until(self.server.is_ready, what="Redis answers")

    def stop(self) -> None:
        """Stop the server in an orderly way."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server as `kill -9` does."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Freeze the server: connections stay open and nothing answers."""
        if self.child is not None:
            signal_group(self.child.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen server go on."""
        if self.child is not None:
            signal_group(self.child.pid, signal.SIGCONT)

    def _end(self, number: signal.Signals) -> None:
        if self.child is None:
            return
        signal_group(self.child.pid, number)
        self.resume()
        self.child.wait(timeout=20)
        self.child = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
