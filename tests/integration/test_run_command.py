"""`run.py`, before anything is installed: what is missing is told in one line (§13)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_NO_CACHE = shutil.ignore_patterns("__pycache__")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with all that run.py reads before it has set anything up."""
    for name in ("run.py", "pyproject.toml", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(_ROOT / name, tmp_path)
    return tmp_path


def _run(checkout: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(checkout / "run.py"), *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env={**os.environ, **changes},
    )


def test_every_command_has_help(checkout: Path) -> None:
    for command in ("up", "test", "check", "format", "bench", "faults"):
        done = _run(checkout, command, "--help")
        assert done.returncode == 0
        assert f"run.py {command}" in done.stdout
    assert not (checkout / ".venv").exists()


def test_an_unknown_argument_of_check_is_refused(checkout: Path) -> None:
    done = _run(checkout, "check", "--no-such-thing")
    assert done.returncode == 2
    assert done.stderr == "run.py check: unknown arguments: --no-such-thing\n"


@pytest.mark.parametrize("command", ["bench", "faults", "machines"])
def test_what_a_program_does_not_take_is_refused_before_anything_is_set_up(
    checkout: Path, command: str
) -> None:
    shutil.copytree(_ROOT / "tests", checkout / "tests", ignore=_NO_CACHE)
    refused = _run(checkout, command, "--bogus")
    assert refused.returncode == 2
    assert refused.stderr.endswith(f"run.py {command}: error: unrecognized arguments: --bogus\n")
    told = _run(checkout, command, "--", "--help")
    assert (told.returncode, f"usage: run.py {command}" in told.stdout) == (0, True)
    assert not (checkout / ".venv").exists()


def test_a_missing_venv_module_is_one_line_that_says_what_to_install(checkout: Path) -> None:
    broken = checkout / "broken"
    broken.mkdir()
    (broken / "venv.py").write_text("raise ModuleNotFoundError('No module named venv')\n")
    done = _run(checkout, "test", PYTHONPATH=str(broken), PATH="/usr/bin:/bin")
    assert done.returncode == 1
    assert "python3-venv" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not (checkout / ".venv").exists()
