#!/usr/bin/env python3
"""The one command of this project: sets up what is missing, then runs it (contract §13).

Standard library only. The virtual environment in .venv is made anew when a lock file changes.
"""

from __future__ import annotations  # so that an older Python gets as far as its one line

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
RUNTIME_LOCK = ROOT / "requirements.txt"
DEV_LOCK = ROOT / "requirements-dev.txt"
AUDIT_LOCK = ROOT / "requirements-audit.txt"
BENCH_LOCK = ROOT / "requirements-bench.txt"
MINIMUM_PYTHON = (3, 11)
CHECKS = (
    ("format", ("ruff", "format", "--check", ".")),
    ("lint", ("ruff", "check", ".")),
    ("types", ("mypy",)),
    ("imports", ("lint-imports",)),
    ("known weaknesses", ("python", "-m", "tests.audit", DEV_LOCK.name)),
)


class SetUpError(Exception):
    """Something of the machine is missing; its text is one line for a person."""


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    if sys.version_info < MINIMUM_PYTHON:
        version = ".".join(str(part) for part in sys.version_info[:3])
        print(f"run.py: needs Python 3.11 or newer, this is {version}", file=sys.stderr)
        return 2
    options, rest = _parser().parse_known_args(arguments)
    if rest and not options.takes_arguments:
        print(f"run.py {options.command}: unknown arguments: {' '.join(rest)}", file=sys.stderr)
        return 2
    try:
        return int(options.run(options, rest[1:] if rest[:1] == ["--"] else rest))
    except SetUpError as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py", description="Sets up what is missing, then:")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=command.help, epilog=command.further)
        one.set_defaults(run=command.run, takes_arguments=command.further is not None)
        if name == "check":
            one.add_argument("--no-tests", action="store_true", help="leave the tests out")
    return parser


def _up(_: argparse.Namespace, rest: Sequence[str]) -> int:
    _set_up(RUNTIME_LOCK)
    os.chdir(ROOT)
    command = [str(BIN / "hal-ingest"), "up", *rest]
    # Replaces this process, so that signals reach the supervisor itself.
    os.execv(command[0], command)


def _test(_: argparse.Namespace, rest: Sequence[str]) -> int:
    _set_up(DEV_LOCK)
    return _pytest(rest)


def _check(options: argparse.Namespace, _: Sequence[str]) -> int:
    _set_up(DEV_LOCK)
    _add(AUDIT_LOCK)
    failed = []
    for name, command in CHECKS:
        print(f"== {name}: {' '.join(command)}", flush=True)
        if _call(command) != 0:
            failed.append(name)
    if not options.no_tests:
        print("== tests", flush=True)
        if _pytest(()) != 0:
            failed.append("tests")
    print(f"check: {'failed: ' + ', '.join(failed) if failed else 'all passed'}", flush=True)
    return 1 if failed else 0


def _format(_: argparse.Namespace, __: Sequence[str]) -> int:
    _set_up(DEV_LOCK)
    fixed = _call(("ruff", "check", "--fix", "--quiet", "."))
    return _call(("ruff", "format", ".")) or fixed


def _bench(_: argparse.Namespace, rest: Sequence[str]) -> int:
    return _module("tests.benchmarks", rest, BENCH_LOCK)


def _faults(_: argparse.Namespace, rest: Sequence[str]) -> int:
    return _module("tests.faults", rest)


def _machines(_: argparse.Namespace, rest: Sequence[str]) -> int:
    return _module("tests.machines", rest)


def _module(name: str, rest: Sequence[str], *further: Path) -> int:
    """Run one of our own programs, but set nothing up for arguments that it does not take."""
    look = [sys.executable, "-m", f"{name}.arguments", *rest]
    judged = subprocess.call(look, cwd=ROOT)
    if judged != 0 or {"-h", "--help"} & {*rest}:
        return judged
    _set_up(DEV_LOCK)
    for lock in further:
        _add(lock)
    return _call(("python", "-m", name, *rest))


def _pytest(rest: Sequence[str]) -> int:
    # Neighbours share fixtures: each process begins with a run of them, and helps out at the end.
    workers = ("-n", str(max(2, os.cpu_count() or 2)), "--dist", "worksteal")
    parallel = () if _names_workers(rest) else workers
    return _call(("python", "-m", "pytest", *parallel, *rest))


def _names_workers(arguments: Sequence[str]) -> bool:
    return any(
        word.startswith(("-n", "--numprocesses", "--dist")) or word == "--pdb" for word in arguments
    )


def _call(command: Sequence[str]) -> int:
    """Run a program of the virtual environment in the project's folder."""
    return subprocess.call([str(BIN / command[0]), *command[1:]], cwd=ROOT)


def _set_up(lock: Path) -> None:
    """Bring .venv to the state that `lock` names, and do nothing if it is there already."""
    stamp = VENV / f".stamp-{lock.stem}"
    wanted = _fingerprint(lock)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted and _works():
        return
    if _satisfied_by_dev(lock) and _works():
        return
    uv = shutil.which("uv")
    if not (_works() and _has_this_version()):
        _make_venv(uv)
    _say(f"installing {lock.name} (once)")
    _install(uv, ("--require-hashes", "-r", str(lock)))
    _say("installing hal-ingest itself")
    _install(uv, ("--no-deps", "--no-build-isolation", "-e", str(ROOT)))
    stamp.write_text(wanted, encoding="utf-8")
    _say("set-up done")


def _add(lock: Path) -> None:
    """Install the tools that `lock` names beside what is set up, unless they are there."""
    stamp = VENV / f".stamp-{lock.stem}"
    wanted = _fingerprint(lock)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    _say(f"installing {lock.name} (once)")
    _install(shutil.which("uv"), ("--require-hashes", "-r", str(lock)))
    stamp.write_text(wanted, encoding="utf-8")


def _satisfied_by_dev(lock: Path) -> bool:
    # The development lock holds the runtime lock's pins and more.
    stamp = VENV / f".stamp-{DEV_LOCK.stem}"
    return (
        lock == RUNTIME_LOCK
        and stamp.is_file()
        and stamp.read_text(encoding="utf-8") == _fingerprint(DEV_LOCK)
    )


def _fingerprint(lock: Path) -> str:
    digest = hashlib.sha256(lock.read_bytes())
    digest.update((ROOT / "pyproject.toml").read_bytes())
    # A moved checkout leaves the old path in every script of the virtual environment.
    digest.update(f"{ROOT}\n{sys.version_info[:2]}".encode())
    return digest.hexdigest()


def _works() -> bool:
    python = BIN / "python"
    if not python.exists():
        return False
    return subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0


def _has_this_version() -> bool:
    lines = (VENV / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    wanted = ".".join(str(part) for part in sys.version_info[:2])
    return any(
        line.partition("=")[2].strip().startswith(wanted + ".")
        for line in lines
        if line.startswith("version")
    )


def _make_venv(uv: str | None) -> None:
    _say("making the virtual environment .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], check=False, capture_output=True, text=True
    )
    if made.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if uv and _made_by_uv(uv):
        return
    if "ensurepip" in made.stdout + made.stderr or "No module named venv" in made.stderr:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise SetUpError(
            f"this Python has no working venv module; install it and try again "
            f"(Debian, Ubuntu: apt-get install python3-venv, or python{version}-venv)"
        )
    raise SetUpError(f"cannot make {VENV}: {_last_line(made.stderr or made.stdout)}")


def _made_by_uv(uv: str) -> bool:
    command = [uv, "venv", "--quiet", "--seed", "--python", sys.executable, str(VENV)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _install(uv: str | None, arguments: Sequence[str]) -> None:
    pip = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # uv may not know the index that pip's own configuration names: then pip does it.
    tries = [[uv, "pip", "install", "--quiet", "--python", str(BIN / "python")]] if uv else []
    output = ""
    for command in [*tries, pip]:
        done = subprocess.run([*command, *arguments], check=False, capture_output=True, text=True)
        if done.returncode == 0:
            return
        output = done.stderr or done.stdout
    print(output, file=sys.stderr)
    raise SetUpError("the installation failed, see above; does pip reach a package index?")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no reason given"


def _say(progress: str) -> None:
    print(f"run.py: {progress}", file=sys.stderr, flush=True)


class Command(NamedTuple):
    """What a command does; `further` tells to whom its further arguments go, if it takes any."""

    run: Callable[[argparse.Namespace, Sequence[str]], int]
    help: str
    further: str | None = None


COMMANDS = {
    "up": Command(
        _up,
        "run edge, worker and an embedded Redis with data under ./var",
        "Further arguments go to `hal-ingest up`: `run.py up -- --help` lists them.",
    ),
    "test": Command(
        _test,
        "run the tests, with a real Redis and a real PostgreSQL",
        "Further arguments go to pytest, e.g. `-k identify` or `-n 0`.",
    ),
    "check": Command(
        _check, "format, lint, types, import rules, known weaknesses of dependencies, tests"
    ),
    "format": Command(_format, "rewrite the code in the one format"),
    "bench": Command(
        _bench,
        "measure, beside what one would build instead",
        "Further arguments go to the benchmarks: `run.py bench -- --help` lists them.",
    ),
    "machines": Command(
        _machines,
        "kill and cut off parts of a deployment on three machines (Linux, as root)",
        "Further arguments go to the round: `run.py machines -- --help` lists them.",
    ),
    "faults": Command(
        _faults,
        "kill, freeze and cut everything under callers that retry, and check what came of it",
        "Further arguments go to the rounds: `run.py faults -- --help` lists them.",
    ),
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
