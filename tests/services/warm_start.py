"""The product's processes, forked off one that has loaded everything: no second of imports each.

The fork is a process of its own, with the arguments and the environment of the command. What it
lacks is the start of the interpreter; tests about starting use `start_child`.
"""

import json
import os
import selectors
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

MODULES = (
    "ingest_api.cli",
    "workers",
    "tests.faults.weakened",
    "tests.integration.dying_drain",
    "tests.integration.poisoned_worker",
)
_ROOT = Path(__file__).resolve().parents[2]
_starting = threading.Lock()
_servers: dict[int, tuple[socket.socket, subprocess.Popen[bytes]]] = {}


def is_warm(command: Sequence[str]) -> bool:
    """Whether the command is the product, or what a test made of it, and can be forked here."""
    runs_module = len(command) > 2 and command[0] == sys.executable and command[1] == "-m"
    return sys.platform == "linux" and runs_module and command[2] in MODULES


class Child(Protocol):
    """A running process, as far as tests ask about it."""

    pid: int

    def poll(self) -> int | None:
        """The exit code; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the exit code. Raises subprocess.TimeoutExpired."""


class WarmChild:
    """A running fork, with what is used of `subprocess.Popen`."""

    def __init__(self, report: BinaryIO) -> None:
        self._report = report
        told = report.readline()
        if not told:
            raise RuntimeError("nothing can be forked: tests.services.forking has ended")
        self.pid = int(told)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        return self._ended_within(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the exit code. Raises subprocess.TimeoutExpired."""
        code = self._ended_within(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return code

    def _ended_within(self, timeout_s: float | None) -> int | None:
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self._report, selectors.EVENT_READ)
                if not selector.select(timeout_s):
                    return None
            # An end without a word: the server was killed, and its children with it.
            self.returncode = int(self._report.readline() or -9)
            self._report.close()
        return self.returncode


def start(
    command: Sequence[str],
    environment: Mapping[str, str],
    output: BinaryIO,
    errors: BinaryIO,
    *,
    is_cold: bool = False,
) -> Child:
    """Start a command in a process group of its own, as a fork where it can be one."""
    if is_warm(command) and not is_cold:
        return start_warm(command, environment, output, errors)
    return subprocess.Popen(
        command, env=dict(environment), stdout=output, stderr=errors, process_group=0
    )


def start_warm(
    command: Sequence[str], environment: Mapping[str, str], output: BinaryIO, errors: BinaryIO
) -> WarmChild:
    """Start a command for which `is_warm` holds; it writes to the two files."""
    reading, writing = os.pipe()
    request = {"command": list(command[2:]), "environment": dict(environment), "cwd": os.getcwd()}
    handed = [output.fileno(), errors.fileno(), writing]
    socket.send_fds(_server(), [json.dumps(request).encode()], handed)
    os.close(writing)
    return WarmChild(os.fdopen(reading, "rb", buffering=0))


def _server() -> socket.socket:
    """The way to this process' own server, started when it is first asked for."""
    with _starting:
        if os.getpid() not in _servers:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            command = [sys.executable, "-m", "tests.services.forking", str(theirs.fileno())]
            server = subprocess.Popen(
                command, cwd=_ROOT, pass_fds=[theirs.fileno()], start_new_session=True
            )
            theirs.close()
            _servers[os.getpid()] = ours, server
        return _servers[os.getpid()][0]
