"""The supervisor: starts in order, restarts what dies, stops in reverse, leaves nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.services.waiting import wait_until

_ROOT = Path(__file__).resolve().parents[3]


class _Supervised:
    """A supervisor process and what its services wrote."""

    def __init__(self, folder: Path, fault: str) -> None:
        self.folder = folder
        self.said = folder.parent / "said"
        with self.said.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.embedded.supervised", folder, fault],
                cwd=_ROOT,
                stdout=output,
                stderr=output,
            )

    def events(self) -> list[str]:
        return (self.folder / "events").read_text(encoding="utf-8").splitlines()

    def pids(self, name: str) -> list[int]:
        return [int(line.split()[2]) for line in self.events() if line.startswith(f"{name} star")]

    def is_ready(self) -> bool:
        return "ready\n" in self.said.read_text(encoding="utf-8")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=20)


Start = Callable[..., _Supervised]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[_Supervised] = []

    def begin(fault: str = "none") -> _Supervised:
        folder = tmp_path / "var"
        folder.mkdir(exist_ok=True)
        started.append(_Supervised(folder, fault))
        return started[-1]

    yield begin
    for supervised in started:
        supervised.process.kill()
        supervised.process.wait(timeout=10)


def _ready(supervised: _Supervised) -> _Supervised:
    wait_until(supervised.is_ready, what="everything runs")
    return supervised


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_starts_in_order_and_stops_in_reverse(start: Start, number: signal.Signals) -> None:
    supervised = _ready(start())
    assert supervised.end(number) == 0
    assert [line.rpartition(" started")[0] or line for line in supervised.events()] == [
        "first",
        "task ran",
        "second",
        "second stopped",
        "first stopped",
    ]


def test_a_killed_service_is_started_again(start: Start) -> None:
    supervised = _ready(start())
    os.kill(supervised.pids("first")[0], signal.SIGKILL)
    wait_until(lambda: len(supervised.pids("first")) == 2, what="first runs again")
    assert len(supervised.pids("second")) == 1
    assert supervised.end() == 0
    assert "first ended (SIGKILL)" in supervised.said.read_text()


def test_a_service_whose_pid_cannot_be_noted_any_more_is_started_again(start: Start) -> None:
    supervised = _ready(start())
    (note,) = supervised.folder.rglob("first.pid")
    note.unlink()
    note.mkdir()  # as little to be written or removed as on a disk that is full or read-only
    os.kill(supervised.pids("first")[0], signal.SIGKILL)
    wait_until(lambda: len(supervised.pids("first")) == 2, what="first runs again")
    assert supervised.end() == 0


def test_a_service_that_ignores_the_request_is_killed(start: Start) -> None:
    supervised = _ready(start("stubborn"))
    pid = supervised.pids("first")[0]
    assert supervised.end() == 0
    assert not _is_alive(pid)
    assert "first did not stop in time" in supervised.said.read_text()


def test_a_failing_task_ends_everything_with_one_line(start: Start) -> None:
    supervised = start("failing")
    assert supervised.process.wait(timeout=20) == 1
    assert supervised.said.read_text() == "task failed (exit code 3)\n"
    assert supervised.events()[-1] == "first stopped"


def test_a_signal_during_the_start_stops_what_was_started(start: Start) -> None:
    supervised = start()
    wait_until((supervised.folder / "events").exists, what="first was started")
    assert supervised.end() == 0
    assert supervised.events()[-1] == "first stopped"


def test_a_second_supervisor_in_the_same_folder_is_refused_in_one_line(start: Start) -> None:
    first = _ready(start())
    said_before = first.said.read_text()
    second = start()
    assert second.process.wait(timeout=20) == 1
    told = second.said.read_text().removeprefix(said_before)
    assert told == f"another `up` is running in {first.folder} (pid {first.process.pid})\n"
    assert first.end() == 0


def test_nothing_survives_a_supervisor_that_is_killed(start: Start) -> None:
    killed = _ready(start())
    pids = killed.pids("first") + killed.pids("second")
    killed.end(signal.SIGKILL)
    # Where the kernel does not tell the children, the next start does.
    following = start()
    wait_until(lambda: len(following.pids("second")) == 2, what="everything runs again")
    assert not any(_is_alive(pid) for pid in pids)
    assert following.end() == 0


def test_leftovers_that_nobody_told_are_stopped_at_the_next_start(start: Start) -> None:
    killed = _ready(start("stubborn"))
    pid = killed.pids("first")[0]
    killed.end(signal.SIGKILL)
    assert _is_alive(pid)
    following = start()
    wait_until(lambda: len(following.pids("second")) == 2, what="everything runs again")
    assert not _is_alive(pid)
    assert following.end() == 0
