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


def cpu_s(pid: int) -> float:
    """Processor time, user and system, that the process has used, in seconds."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    fields = status.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
