"""Starts services in order, restarts what dies, stops them in reverse (contract §13)."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from config.supervising.restarts import ending, pause_before_restart
from config.supervising.signals import SignalWatch
from ingest_api.embedded.processes import signal_group, start_child

READY_LOOK_S = 0.02
# Standard output belongs to what `up` itself tells, which a program may read.
_STANDARD_ERROR = 2


class StartFailed(Exception):
    """A service did not become ready; the text is one line for a person."""


class StopRequested(Exception):
    """A signal asked to stop while something was being started."""


@dataclass(frozen=True, slots=True)
class Service:
    """What to run. `is_ready` is asked with the child's pid until it says yes."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    is_ready: Callable[[int], bool] = lambda _: True
    ready_within_s: float = 30.0
    stop_within_s: float = 15.0


class _Running:
    """A service and its present child, if it has one."""

    def __init__(self, service: Service, pid_file: Path) -> None:
        self.service = service
        self.pid_file = pid_file
        self.pause_s = 0.0
        self.due_at = 0.0
        self.child: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0

    def start(self) -> subprocess.Popen[bytes]:
        self.started_at = time.monotonic()
        self.child = start_child(
            self.service.command,
            self.service.environment,
            self.pid_file,
            output=_STANDARD_ERROR,
        )
        return self.child

    def is_alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def forget(self) -> None:
        self.child = None
        with suppress(OSError):
            self.pid_file.unlink(missing_ok=True)


class Supervisor:
    """Runs services while entered; leaving stops them, the last started first.

    `run_directory` holds the pid files, `say` gets one line for each thing worth telling.
    """

    def __init__(self, run_directory: Path, say: Callable[[str], None]) -> None:
        self._run_directory = run_directory
        self._say = say
        self._signals = SignalWatch()
        self._running: list[_Running] = []

    def __enter__(self) -> Self:
        self._signals.__enter__()
        return self

    def __exit__(self, *left_with: object) -> None:
        try:
            for running in reversed(self._running):
                self._stop(running)
        finally:
            self._signals.__exit__(*left_with)

    def start(self, service: Service) -> None:
        """Start a service and wait until it is ready. Raises StartFailed or StopRequested."""
        running = _Running(service, self._pid_file(service))
        self._running.append(running)
        child = running.start()
        deadline = time.monotonic() + service.ready_within_s
        while True:
            code = child.poll()
            if code is not None:
                raise StartFailed(f"{service.name} ended before it was ready ({ending(code)})")
            if service.is_ready(child.pid):
                return
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"{service.name} was not ready within {service.ready_within_s:g} s"
                )
            self._wait(READY_LOOK_S)

    def run_once(self, task: Service) -> None:
        """Run a task to its end. Raises StartFailed unless it ends with 0, or StopRequested."""
        running = _Running(task, self._pid_file(task))
        self._running.append(running)
        child = running.start()
        while (code := child.poll()) is None:
            self._wait(None)
        self._running.remove(running)
        running.forget()
        if code != 0:
            raise StartFailed(f"{task.name} failed ({ending(code)})")

    def watch(self) -> None:
        """Restart what dies, until a signal asks to stop."""
        while not self._signals.stop_requests:
            now = time.monotonic()
            for running in self._running:
                self._look_after(running, now)
            due = [running.due_at for running in self._running if running.child is None]
            self._signals.wait(max(0.0, min(due) - now) if due else None)

    def _look_after(self, running: _Running, now: float) -> None:
        if running.child is None:
            if now >= running.due_at:
                self._start_again(running, now)
            return
        code = running.child.poll()
        if code is None:
            return
        # What it started itself must not go on beside its successor.
        signal_group(running.child.pid, signal.SIGKILL)
        running.forget()
        running.pause_s = pause_before_restart(running.pause_s, now - running.started_at)
        running.due_at = now + running.pause_s
        self._say(
            f"{running.service.name} ended ({ending(code)}); "
            f"starting it again in {running.pause_s:g} s"
        )

    def _start_again(self, running: _Running, now: float) -> None:
        """Where the system has no room for another process, later."""
        try:
            running.start()
        except OSError as error:
            running.pause_s = pause_before_restart(running.pause_s, 0.0)
            running.due_at = now + running.pause_s
            self._say(
                f"{running.service.name} cannot start ({error.strerror}); "
                f"trying again in {running.pause_s:g} s"
            )

    def _wait(self, timeout_s: float | None) -> None:
        if self._signals.stop_requests:
            raise StopRequested
        self._signals.wait(timeout_s)

    def _stop(self, running: _Running) -> None:
        child = running.child
        if child is None:
            return
        if running.is_alive():
            signal_group(child.pid, signal.SIGTERM)
            if not self._ended_within(child, running.service.stop_within_s):
                self._say(f"{running.service.name} did not stop in time; killing it")
        # Also reaps whatever the child itself had started.
        signal_group(child.pid, signal.SIGKILL)
        child.wait()
        running.forget()

    def _ended_within(self, child: subprocess.Popen[bytes], limit_s: float) -> bool:
        deadline = time.monotonic() + limit_s
        asked = self._signals.stop_requests
        while child.poll() is None:
            left_s = deadline - time.monotonic()
            # A second Ctrl-C means: now.
            if left_s <= 0 or self._signals.stop_requests > max(asked, 1):
                return False
            self._signals.wait(left_s)
        return True

    def _pid_file(self, service: Service) -> Path:
        return self._run_directory / f"{service.name}.pid"
