"""Which worker processes are at work, told by what they announce on their queue."""

import os
from typing import Any

from redis import Redis

ANNOUNCED = "rq:workers"


def busy_pids(redis: Redis) -> list[int]:
    """The processes that have a drain, and are there."""
    busy = []
    announced: Any = redis.smembers(ANNOUNCED)
    for key in announced:
        state, pid = redis.hmget(key.decode(), ["state", "pid"])
        if state == b"busy" and pid is not None and _is_there(int(pid)):
            busy.append(int(pid))
    return sorted(busy)


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
