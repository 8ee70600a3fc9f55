"""The processes of a worker, by their ids."""

import os
import re
from pathlib import Path
from typing import Any

from redis import Redis

from tests.services.processes import ServiceProcess


def started_pids(worker: ServiceProcess) -> list[int]:
    """Ids of all processes that the worker has started, if its level is INFO; last first."""
    return [int(pid) for pid in re.findall(r"started \(pid (\d+)\)", worker.output())][::-1]


def pids_of(worker: ServiceProcess, redis: Redis) -> list[int]:
    """Ids of the worker's processes that listen on the queue and live."""
    announced: list[Any] = [redis.hget(key, "pid") for key in redis.smembers("rq:workers")]
    pids = [int(pid) for pid in announced if pid is not None]
    return [pid for pid in pids if lives(pid) and os.getpgid(pid) == worker.pid]


def lives(pid: int) -> bool:
    """Whether there is such a process that has not ended."""
    status = Path(f"/proc/{pid}/stat")
    try:
        os.kill(pid, 0)
        return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        # Also when it ends between the question and the answer.
        return False
