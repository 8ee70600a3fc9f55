"""One RQ job for each operation, doing the same writes in a transaction of its own.

`python -m tests.benchmarks.baselines.job_worker` is RQ's quickest worker: it runs all jobs that are
queued and prints how many there were and how long they took.
"""

import itertools
import json
import time
from functools import cache

from redis import Redis
from rq import Queue, SimpleWorker

from config.settings import load_settings
from models.database import Database
from models.store.ledger import lock_mailbox
from workers.apply import apply_batch
from workers.mailbox.envelope import Envelope, QueuedOperation
from workers.mailbox.operation_ids import operation_id
from workers.mailbox.post import new_nonce

_numbers = itertools.count()


@cache
def _database() -> Database:
    return Database(load_settings().database_url)


def apply_one(project_id: str, operation_type: str, payload: dict[str, object]) -> None:
    """The job: lock the project, apply the operation, commit."""
    now_ms = time.time_ns() // 1_000_000
    entry_id = f"{now_ms}-{next(_numbers)}"
    nonce = new_nonce()
    envelope = Envelope(nonce, operation_type, "publishable", payload, fingerprint="")
    queued = QueuedOperation(entry_id, operation_id(entry_id, nonce), now_ms, envelope, 0)
    with _database().transaction() as connection:
        if not lock_mailbox(connection, project_id):
            raise RuntimeError("somebody else works on the project")
        apply_batch(connection, project_id, [queued], now_ms)


def main() -> None:
    """Run what is queued."""
    with Redis.from_url(load_settings().redis_url) as redis:
        queue = Queue("jobs", connection=redis)
        count = len(queue)
        worker = SimpleWorker([queue], connection=redis)
        began_s = time.perf_counter()
        worker.work(burst=True, logging_level="WARNING")
        spent_s = time.perf_counter() - began_s
        failed = queue.failed_job_registry.count
    print(json.dumps({"jobs": count, "failed": failed, "spent_s": spent_s}))


if __name__ == "__main__":
    main()
