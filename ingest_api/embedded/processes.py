"""One child process: in a group of its own, gone when its parent is gone, known by a pid file."""

import ctypes
import json
import os
import platform
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_PR_SET_PDEATHSIG = 1
_LEFTOVER_GRACE_S = 5.0
_LEFTOVER_LOOK_S = 0.05
_ON_LINUX = platform.system() == "Linux"
# Loaded before any fork: nothing may be imported between fork and exec.
_LIBC = ctypes.CDLL(None, use_errno=True) if _ON_LINUX else None


def start_child(
    command: Sequence[str],
    environment: Mapping[str, str],
    pid_file: Path,
    *,
    output: BinaryIO | int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child that Ctrl-C in the terminal does not reach, and note its pid if it can.

    On Linux the child is told to stop when this process ends, however it ends; elsewhere
    `stop_leftover` finds it at the next start. What it writes goes to `output`, or where this
    process writes.
    """
    child = subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        process_group=0,
        preexec_fn=_stop_with_parent(os.getpid()),  # noqa: PLW1509 (one thread only)
    )
    note = {"pid": child.pid, "birth": _birth(child.pid)}
    # A full disk is no reason to be without the child, which it may be there to outlast.
    with suppress(OSError):
        pid_file.parent.mkdir(parents=True, exist_ok=True)
        pid_file.write_text(json.dumps(note), encoding="utf-8")
    return child


def _stop_with_parent(parent: int) -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    prctl = _LIBC.prctl

    def ask_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to a child and all that it started; one that is gone is no error."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        # macOS answers EPERM for a group of which only a zombie is left.
        return


def stop_leftover(pid_file: Path) -> bool:
    """Stop what an earlier supervisor that was killed left running; say whether there was any."""
    try:
        note = json.loads(pid_file.read_text(encoding="utf-8"))
        pid, birth = int(note["pid"]), str(note["birth"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    found = _is_same(pid, birth)
    if found:
        signal_group(pid, signal.SIGTERM)
        if not _gone_within(pid, birth, _LEFTOVER_GRACE_S):
            signal_group(pid, signal.SIGKILL)
            _gone_within(pid, birth, _LEFTOVER_GRACE_S)
    pid_file.unlink(missing_ok=True)
    return found


def _gone_within(pid: int, birth: str, limit_s: float) -> bool:
    deadline = time.monotonic() + limit_s
    while _is_same(pid, birth):
        if time.monotonic() > deadline:
            return False
        # It is no child of ours, so no signal tells of its end.
        select.select([], [], [], _LEFTOVER_LOOK_S)
    return True


def _is_same(pid: int, birth: str) -> bool:
    # A pid alone may by now be somebody else's.
    return birth != "" and _birth(pid) == birth


def _birth(pid: int) -> str:
    """Return what tells this process from any other that had or gets its pid; "" if it is gone."""
    if _ON_LINUX:
        return _birth_from_proc(pid)
    told = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], check=False, capture_output=True, text=True
    )
    return told.stdout.strip()


def _birth_from_proc(pid: int) -> str:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
    # The name in brackets may hold spaces; after it: state, then 18 fields, then the start time.
    fields = status.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else f"{boot} {fields[19]}"
