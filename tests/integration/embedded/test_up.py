"""`hal-ingest up` as a person uses it: start, paste the curl line, Ctrl-C, start again (§13)."""

import http.client
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from ingest_api.cli.diagnosis.of_redis import check_redis
from ingest_api.embedded.beside import running_server
from tests.services.processes import free_port
from tests.services.waiting import wait_until

_ROOT = Path(__file__).resolve().parents[3]
_OWN_PLACES = ("DATABASE_URL", "REDIS_URL", "HOST")


class _Up:
    """One run of `hal-ingest up --json` in a folder."""

    def __init__(self, folder: Path, port: int) -> None:
        self._told = folder / "told"
        self._told.unlink(missing_ok=True)
        environment = {name: value for name, value in os.environ.items() if name not in _OWN_PLACES}
        with self._told.open("wb") as output, (folder / "lines").open("ab") as lines:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ingest_api.cli", "up", "--json"],
                cwd=folder,
                env={**environment, "PORT": str(port), "PYTHONPATH": str(_ROOT)},
                stdout=output,
                stderr=lines,
            )

    def ready(self) -> dict[str, Any]:
        """Wait until everything runs and return what it told."""
        wait_until(self._has_told_or_ended, 60, "up is ready")
        assert self.process.poll() is None, "up ended before it was ready"
        told: dict[str, Any] = json.loads(self._told.read_text().splitlines()[-1])
        return told

    def _has_told_or_ended(self) -> bool:
        return self._told.read_text().endswith("\n") or self.process.poll() is not None

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=40)


@pytest.fixture
def started() -> Iterator[list[_Up]]:
    runs: list[_Up] = []
    yield runs
    for run in runs:
        if run.process.poll() is None:
            run.end(signal.SIGTERM)


def _paste(curl: str) -> tuple[int, dict[str, Any]]:
    words = shlex.split(curl)
    url = urlsplit(next(word for word in words if word.startswith("http")))
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=10)
    headers = {"Content-Type": "application/json"}
    connection.request("POST", url.path, words[words.index("-d") + 1], headers)
    answer = connection.getresponse()
    body: dict[str, Any] = json.loads(answer.read())
    connection.close()
    return answer.status, body


def _read(url: str) -> bytes:
    with urlopen(url, timeout=10) as answer:
        text: bytes = answer.read()
    return text


def _pid(folder: Path, service: str) -> int:
    note = json.loads((folder / "var" / "run" / f"{service}.pid").read_text(encoding="utf-8"))
    return int(note["pid"])


def _refusal(folder: Path) -> dict[str, str]:
    """What the only line says of why it did not start."""
    (line,) = (folder / "lines").read_text().splitlines()
    told: dict[str, str] = json.loads(line)["error"]
    return told


def _answers(curl: str, status: str) -> bool:
    try:
        code, outcome = _paste(curl)
    except (OSError, http.client.HTTPException):
        return False
    return code == 200 and outcome["status"] == status


@pytest.mark.parametrize("service", ["redis", "worker", "web"])
def test_a_killed_service_comes_back_by_itself(
    tmp_path: Path, started: list[_Up], service: str
) -> None:
    started.append(_Up(tmp_path, free_port()))
    curl = started[0].ready()["curl"]
    assert _answers(curl, "applied")
    os.kill(_pid(tmp_path, service), signal.SIGKILL)
    wait_until(lambda: _answers(curl, "unchanged"), 20, f"it works again without {service}")
    assert started[0].end(signal.SIGTERM) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_start_continues_with_the_same_data(
    tmp_path: Path, started: list[_Up], number: signal.Signals
) -> None:
    started.append(_Up(tmp_path, free_port()))
    first = started[0].ready()
    assert first["publishable_key"].startswith("pk_")
    assert first["secret_token"].startswith("sk_")
    status, outcome = _paste(first["curl"])
    assert (status, outcome["status"]) == (200, "applied")
    assert started[0].end(number) == 0

    started.append(_Up(tmp_path, free_port()))
    second = started[1].ready()
    assert "secret_token" not in second
    status, outcome = _paste(second["curl"])
    assert (status, outcome["status"]) == (200, "unchanged")


def test_everything_comes_back_after_the_supervisor_was_killed(
    tmp_path: Path, started: list[_Up]
) -> None:
    started.append(_Up(tmp_path, free_port()))
    assert _paste(started[0].ready()["curl"])[1]["status"] == "applied"
    started[0].end(signal.SIGKILL)
    started.append(_Up(tmp_path, free_port()))
    assert _paste(started[1].ready()["curl"])[1]["status"] == "unchanged"


def _hal(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in _OWN_PLACES}
    return subprocess.run(
        [sys.executable, "-m", "ingest_api.cli", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(_ROOT)},
    )


def test_doctor_and_a_further_worker_find_the_running_server(
    tmp_path: Path, started: list[_Up]
) -> None:
    started.append(_Up(tmp_path, free_port()))
    address = started[0].ready()["address"]
    wait_until(lambda: b'hal_processes{kind="worker"' in _read(f"{address}/metrics"), 10)
    examined = _hal(tmp_path, "doctor", "--json")
    assert examined.returncode == 0, examined.stdout
    assert {check["status"] for check in json.loads(examined.stdout)["checks"]} == {"ok"}
    further = _hal(tmp_path, "worker", "--burst", "--json")
    assert (further.returncode, "Redis is away" in further.stderr) == (0, False)


def test_doctor_says_that_no_redis_was_named(tmp_path: Path) -> None:
    checks, client = check_redis("redis://127.0.0.1:1/0", 1.0, 1024, url_given=False)
    assert client is None
    assert [check.status for check in checks] == ["fail"]
    assert "REDIS_URL is not set" in checks[0].mend
    assert running_server(tmp_path / "var") is None
    assert not (tmp_path / "var").exists()


def test_a_taken_port_is_told_in_one_line(tmp_path: Path, started: list[_Up]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        started.append(_Up(tmp_path, port))
        assert started[0].process.wait(timeout=30) == 1
    refusal = _refusal(tmp_path)
    assert refusal["code"] == "cannot_listen"
    assert f"cannot listen on 127.0.0.1 port {port}" in refusal["detail"]


def test_a_folder_that_can_hold_no_data_is_told_in_one_line(
    tmp_path: Path, started: list[_Up]
) -> None:
    (tmp_path / "var" / "up.lock").mkdir(parents=True)
    started.append(_Up(tmp_path, free_port()))
    assert started[0].process.wait(timeout=30) == 1
    assert _refusal(tmp_path) == {
        "code": "folder_unusable",
        "detail": "cannot keep data in var: Is a directory (another folder: --data)",
    }


def test_where_nothing_may_be_looked_at_no_server_runs(tmp_path: Path) -> None:
    assert running_server(tmp_path / ("a name too long" * 20)) is None
