"""What only Redis can tell about how far back a project must remember.

An operation that waits may carry an idempotency key, or have been applied already by a drain that
died before it deleted the entry. It is judged as of its acceptance: whatever was kept then is kept
until it is settled and deleted.
"""

import time
from collections.abc import Callable
from typing import Any

from redis import Redis

from workers.mailbox import layout
from workers.mailbox.connection import translated


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


class Horizon:
    """How far back each project must remember. Every method raises MailboxUnavailable."""

    def __init__(self, redis: Redis, *, wall_ms: Callable[[], int] = _wall_ms) -> None:
        self._redis = redis
        self._wall_ms = wall_ms

    def reference_ms(self, project_id: str) -> int:
        """The time from which the project's retention counts back, in epoch milliseconds.

        The acceptance of its oldest waiting operation, at most now. Whatever is accepted later is
        accepted after it, so it holds for as long as a pass takes. Of two clocks that differ, the
        one behind counts: neither alone can make things look old.
        """
        with translated(), self._redis.pipeline(transaction=False) as commands:
            # The clock is read first: an entry that comes in between has a later time.
            commands.time()
            for lane in layout.LANES:
                commands.xrange(layout.stream_key(project_id, lane), count=1)
            answers: list[Any] = commands.execute()
        (seconds, microseconds), *heads = answers
        waiting_ms = [int(entry_id.partition(b"-")[0]) for head in heads for entry_id, _ in head]
        return min(self._wall_ms(), int(seconds * 1000 + microseconds // 1000), *waiting_ms)

    def emptied_until(self, project_id: str) -> str:
        """The operation up to which no old key is left; losing it only costs a scan."""
        with translated():
            found: Any = self._redis.hget(layout.PRUNED, project_id)
        return found.decode() if found else ""

    def note_emptied(self, project_id: str, operation_id: str) -> None:
        """Remembers how far the project's keys are pruned."""
        with translated():
            self._redis.hset(layout.PRUNED, project_id, operation_id)
