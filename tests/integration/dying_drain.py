"""A worker's drain that ends itself as `kill -9` does, at a point that the caller names."""

import os
import signal
import sys
from typing import Any

from models.database import Database, Transient
from models.store.ledger import lock_mailbox
from tests.integration.pipeline import REDIS_TIMEOUT_S, SMALL_BATCHES, WAKE_TIMES
from tests.integration.unmetered import uncounted, unmetered
from workers.apply import apply_batch, dead_letter
from workers.drain import Drain
from workers.drain_terms import Storage
from workers.mailbox.collect import Mailbox
from workers.mailbox.connection import connect
from workers.mailbox.wake import Wake
from workers.stop import Stop


def main(redis_url: str, database_url: str, project_id: str, point: str) -> None:
    """Drain until the point is passed for the second time."""
    passed: list[str] = []

    def die_at_the_second(passing: str) -> None:
        passed.append(passing)
        if passed.count(point) == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    redis = connect(redis_url, REDIS_TIMEOUT_S)
    wake = Wake(redis, WAKE_TIMES)
    storage: Storage[Any] = Storage(
        Database(database_url).transaction, lock_mailbox, apply_batch, dead_letter, (Transient,)
    )
    mailbox, stop = Mailbox(redis, wake, uncounted()), Stop()
    drain = Drain(
        storage,
        mailbox,
        wake,
        SMALL_BATCHES,
        stop,
        meter=unmetered(),
        probe=die_at_the_second,
    )
    drain.run(project_id)


if __name__ == "__main__":
    main(*sys.argv[1:])
