"""What the processes of one machine count, in files of one folder: any of them can tell it all.

prometheus_client keeps a file for each process and kind (`counter_4711.db`). A process that ended
leaves its files behind: what it counted is added to that of all that ended before, what it last
measured is dropped. Process ids tell who lives: processes that do not see each other (containers)
must not share a folder.
"""

import fcntl
import logging
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Metric, multiprocess, values
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.registry import Collector

from config.metrics_folder import require_folder

log = logging.getLogger(__name__)

ROOM_BYTES = 256 * 1024
"""Of each file from the beginning: what a process counts fits in."""
ENTRY_BYTES = 40
"""What a value takes in a file beside its name, at most."""

_LOCK = "lock"
_ENDED = "ended"
_ADD_UP = ("counter", "histogram")
_OF_A_PROCESS = (*_ADD_UP, "gauge_livesum")
# The library has no types here.
_File: Any = MmapedDict
_values: Any = values
_collector: Any = multiprocess.MultiProcessCollector


def count_in(folder: Path | None) -> None:
    """Have what this process counts kept in `folder`, and in its own memory where there is none.

    To be called by each process, before its first metric is made. The library reads the folder's
    name from the environment; there an empty name, which it would take for the working folder, is
    none. Where the disk has no room left the process counts in its own memory, and says so.
    Raises SettingsError.
    """
    _values.ValueClass = values.MutexValue
    if folder is None:
        return
    require_folder(folder)
    own = [folder / f"{prefix}_{os.getpid()}.db" for prefix in _OF_A_PROCESS]
    try:
        for file in own:
            if not file.exists():
                _take_room(file, ROOM_BYTES)
    except OSError as error:
        log.warning("metrics are counted in memory, by this process alone: %s", error.strerror)
        return
    try:
        # Nobody may ever scrape. Who is busy with the folder now puts them away, too.
        with _held(folder, or_fail=True):
            _put_away_ended(folder)
    except Exception as error:  # noqa: BLE001 - whatever others left there keeps nobody from starting
        log.debug("files of processes that ended stay: %s", type(error).__name__)
    _values.ValueClass = _values.MultiProcessValue()


def read_all(folder: Path) -> CollectorRegistry:
    """What all processes that count in `folder` have counted; puts away those that ended."""
    registry = CollectorRegistry()
    with _held(folder):
        with suppress(OSError):
            _put_away_ended(folder)
        files = [str(file) for file in folder.glob("*.db")]
        found = _collector.merge(files, accumulate=True)
    registry.register(Found(list(found)))
    return registry


class Found(Collector):
    """Metrics as they were read, for a registry."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """All of them."""
        return self._metrics


@contextmanager
def _held(folder: Path, *, or_fail: bool = False) -> Iterator[None]:
    """Two that read at a time would add the same files twice.

    Raises BlockingIOError where another one does and this one would rather not wait.
    """
    with (folder / _LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | (fcntl.LOCK_NB if or_fail else 0))
        yield


def _take_room(file: Path, size_bytes: int) -> None:
    """Makes a file of that length, at once or not at all. Raises OSError where the disk is full.

    The library maps files into memory: to a page of one for which the disk has no room nobody can
    write and live (SIGBUS).
    """
    part = file.with_suffix(".part")
    try:
        part.write_bytes(bytes(size_bytes))
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _put_away_ended(folder: Path) -> None:
    ended: dict[str, list[Path]] = defaultdict(list)
    for file in folder.glob("*_*.db"):
        kind, _, owner = file.stem.partition("_")
        pid = owner.rpartition("_")[2]
        if pid.isdigit() and not _lives(int(pid)):
            ended[kind].append(file)
    for kind, files in ended.items():
        if kind in _ADD_UP:
            _add_up(folder / f"{kind}_{_ENDED}.db", files)
        for file in files:
            file.unlink()


def _add_up(total: Path, files: list[Path]) -> None:
    """Adds the files to the total, which is replaced as a whole."""
    present = [total] if total.exists() else []
    sums: dict[str, float] = defaultdict(float)
    for file in (*present, *files):
        for key, value, _, _ in _File.read_all_values_from_file(str(file)):
            sums[key] += value
    fresh = total.with_suffix(".new")
    _take_room(fresh, 8 + sum(len(key.encode()) + ENTRY_BYTES for key in sums))
    written = _File(str(fresh))
    for key, value in sums.items():
        written.write_value(key, value, 0.0)
    written.close()
    fresh.replace(total)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
