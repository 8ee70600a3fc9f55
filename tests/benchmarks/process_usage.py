"""What a running process has used, as the kernel tells it; zeros where it does not (no Linux)."""

import os
from pathlib import Path


def peak_memory_mb(pid: int) -> float:
    """The most resident memory that the process ever had, in MB (10^6 bytes)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def largest_memory_mb(pid: int) -> float:
    """The same of the largest process among this one and all that it started."""
    return max(peak_memory_mb(each) for each in _family(pid, _stats()))


def cpu_s(pid: int) -> float:
    """Processor time, user and system, that the process has used, in seconds."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    fields = status.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def family_cpu_s(pid: int) -> float:
    """The same for a process and all that it started, those that have ended included."""
    stats = _stats()
    ticks = sum(sum(map(int, stats[each][11:15])) for each in _family(pid, stats) & stats.keys())
    return ticks / os.sysconf("SC_CLK_TCK")


def parent_of(pid: int) -> int:
    """The process that started this one; 0 where the kernel does not tell."""
    fields = _stats().get(pid)
    return 0 if fields is None else int(fields[1])


def _family(pid: int, stats: dict[int, list[str]]) -> set[int]:
    family, grown = {pid}, 0
    while len(family) != grown:
        grown = len(family)
        family |= {child for child, fields in stats.items() if int(fields[1]) in family}
    return family


def _stats() -> dict[int, list[str]]:
    """What the kernel tells of each process, from its state on."""
    found: dict[int, list[str]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text(encoding="utf-8")
        except OSError:
            continue
        found[int(stat.parent.name)] = text.rpartition(")")[2].split()
    return found
