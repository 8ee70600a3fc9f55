"""A real PostgreSQL of one test's own, to stop, kill and start again."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import psycopg
from sqlalchemy.engine import make_url

from models.migrations import upgrade
from tests.services.postgres_binaries import Account
from tests.services.postgres_keeper import FLEETING, start_postgres, url_of
from tests.services.waiting import wait_until


class PostgresProcess:
    """A server with one migrated, empty database; by default its commits do not outlive a crash."""

    def __init__(self, settings: Mapping[str, str] = FLEETING) -> None:
        self._settings = settings
        # A socket's path must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="hal-postgres-", dir="/tmp"))
        self._child: subprocess.Popen[bytes] | None = None
        self._command: list[str] = []

    @property
    def url(self) -> str:
        """The DATABASE_URL of this server."""
        return url_of(self.folder)

    def start(self) -> None:
        """Start the server, with the data it had, and wait until it answers."""
        if not self._command:
            self._child = start_postgres(self.folder, self._settings)
            self._command = [str(word) for word in self._child.args]  # type: ignore[union-attr]
            upgrade(self.url)
            return
        log = self.folder / "postgres.log"
        self._child = Account.fitting().start(self._command, self.folder, log)
        wait_until(self._answers, 30, "PostgreSQL answers again")

    def stop(self) -> None:
        """Stop the server at once: it breaks off its connections and their transactions."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """End the server without a last word: its next start recovers what was committed."""
        self._end(signal.SIGQUIT)

    def _end(self, number: signal.Signals) -> None:
        if self._child is not None:
            self._child.send_signal(number)
            self._child.wait(timeout=30)
            self._child = None

    def _answers(self) -> bool:
        address = make_url(self.url).set(drivername="postgresql").render_as_string()
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            return False
        return True

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
