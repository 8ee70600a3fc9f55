"""The command line as a person or a script runs it, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from ingest_api.embedded.processes import signal_group
from tests.services.warm_start import start

_ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Finished:
    """What a command left: its exit code and what it wrote."""

    code: int
    output: str
    errors: str

    @property
    def document(self) -> Any:
        """Standard output, which must be one JSON document."""
        return json.loads(self.output)

    @property
    def refusal(self) -> dict[str, str]:
        """The error on standard error, which must be one JSON document."""
        told: dict[str, str] = json.loads(self.errors)["error"]
        return told


class CommandLine:
    """Runs `hal-ingest` with these settings, given in lower case: `CommandLine(port=1)`.

    One that `is_cold` starts an interpreter for each command, as everybody but these tests does.
    """

    is_cold = False

    def __init__(self, **settings: object) -> None:
        changes = {name.upper(): str(value) for name, value in settings.items()}
        self._environment = {**os.environ, "PYTHONPATH": str(_ROOT), "COLUMNS": "120", **changes}

    def __call__(self, *arguments: str) -> Finished:
        """Run one command to its end."""
        command = [sys.executable, "-m", "ingest_api.cli", *arguments]
        with TemporaryFile() as output, TemporaryFile() as errors:
            child = start(command, self._environment, output, errors, is_cold=self.is_cold)
            try:
                code = child.wait(WITHIN_S)
            except subprocess.TimeoutExpired:
                signal_group(child.pid, signal.SIGKILL)
                raise
            return Finished(code, _written(output), _written(errors))


def _written(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode()
