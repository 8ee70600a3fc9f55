"""The command line as a person or a script runs it: a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    """Runs `hal-ingest` with these settings, given in lower case: `CommandLine(port=1)`."""

    def __init__(self, **settings: object) -> None:
        changes = {name.upper(): str(value) for name, value in settings.items()}
        self._environment = {**os.environ, "PYTHONPATH": str(_ROOT), "COLUMNS": "120", **changes}

    def __call__(self, *arguments: str) -> Finished:
        """Run one command to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "ingest_api.cli", *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            env=self._environment,
        )
        return Finished(done.returncode, done.stdout, done.stderr)
