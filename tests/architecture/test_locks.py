"""What is installed is what was reviewed: exact versions, by their digests, from no other place."""

import re
import tomllib
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
LOCKS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-audit.txt",
    "requirements-bench.txt",
)
_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s;*]+)(?: ; [^\\]+)?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def _entries(lock: str) -> list[list[str]]:
    """Each entry of a lock: the requirement, then its options."""
    text = (_ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " \t")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [[part.strip() for part in line.split("\t")] for line in lines]


def _name(written: str) -> str:
    return re.sub(r"[-_.]+", "-", written).lower()


def _pins(lock: str) -> dict[str, str]:
    found = [_PIN.fullmatch(entry[0]) for entry in _entries(lock)]
    return {_name(pin[1]): pin[2] for pin in found if pin is not None}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_one_exact_version_with_digests(lock: str) -> None:
    entries = _entries(lock)
    assert len(entries) > 20
    for requirement, *options in entries:
        assert _PIN.fullmatch(requirement), requirement
        assert options, requirement
        assert all(_HASH.fullmatch(option) for option in options), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_no_entry_names_a_place_to_get_it_from(lock: str) -> None:
    text = (_ROOT / lock).read_text(encoding="utf-8")
    for word in (
        "://",
        "git+",
        " @ ",
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "-e ",
        "file:",
    ):
        assert word not in text


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = {
        "requirements.txt": project["dependencies"],
        "requirements-dev.txt": project["dependencies"] + extras["dev"],
        "requirements-audit.txt": project["dependencies"] + extras["audit"],
        "requirements-bench.txt": project["dependencies"] + extras["bench"],
    }
    for lock, requirements in wanted.items():
        pins = _pins(lock)
        for requirement in requirements:
            pin = _PIN.fullmatch(requirement)
            assert pin is not None, f"{requirement} is no exact version"
            assert pins[_name(pin[1])] == pin[2]


@pytest.mark.parametrize("lock", LOCKS[1:])
def test_development_and_checks_run_what_is_deployed(lock: str) -> None:
    deployed, installed = _pins(LOCKS[0]), _pins(lock)
    assert {name: installed.get(name) for name in deployed} == deployed
