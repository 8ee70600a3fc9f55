"""What all processes of one test run share: a folder, made and ended by the controlling one."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_VARIABLE = "HAL_INGEST_TEST_RUN"


class RunFolder:
    """The shared folder, as the controlling pytest process sees it."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="hal-run-", dir="/tmp"))
        pipe = self.path / "alive"
        os.mkfifo(pipe)
        # Open for both, since opening for writing alone waits for a reader.
        self._alive = os.open(pipe, os.O_RDWR)
        # Inherited by the processes that pytest-xdist starts.
        os.environ[_VARIABLE] = str(self.path)

    def close(self) -> None:
        """End what waits for the end of the run, and remove the folder."""
        os.close(self._alive)
        shutil.rmtree(self.path, ignore_errors=True)
        os.environ.pop(_VARIABLE, None)


def run_folder() -> Path:
    """Return the shared folder of this test run."""
    return Path(os.environ[_VARIABLE])


@contextmanager
def one_at_a_time(name: str) -> Iterator[Path]:
    """Hold a lock among all processes of this run; yield the shared folder."""
    folder = run_folder()
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
