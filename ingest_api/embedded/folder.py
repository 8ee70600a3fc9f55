"""The data folder of embedded mode: one supervisor at a time, no leftovers of an earlier one."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest_api.embedded.processes import stop_leftover


class FolderInUse(Exception):
    """Another `up` works in this folder; the text is one line for a person."""


class FolderUnusable(Exception):
    """No data can be kept in this folder; the text is one line for a person."""


@contextmanager
def hold_folder(folder: Path, say: Callable[[str], None]) -> Iterator[Path]:
    """Hold `folder` for this process and yield its folder for pid files.

    Makes the folder, and stops what a supervisor that was killed left running. The lock goes
    with the process, however it ends. Raises FolderInUse and FolderUnusable.
    """
    run_directory = folder / "run"
    lock_file = _open_lock(folder, run_directory)
    try:
        _lock(lock_file, folder)
        for pid_file in sorted(run_directory.glob("*.pid")):
            if stop_leftover(pid_file):
                say(f"stopped a leftover {pid_file.stem} of an earlier run")
        yield run_directory
    finally:
        os.close(lock_file)


def _open_lock(folder: Path, run_directory: Path) -> int:
    try:
        run_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(folder / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise FolderUnusable(
            f"cannot keep data in {folder}: {error.strerror} (another folder: --data)"
        ) from None


def _lock(lock_file: int, folder: Path) -> None:
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock_file, 32).decode(errors="replace").strip()
        raise FolderInUse(f"another `up` is running in {folder} (pid {holder})") from None
    os.ftruncate(lock_file, 0)
    os.pwrite(lock_file, f"{os.getpid()}\n".encode(), 0)
