"""A worker that waits for a job does not wait for long on a connection that has fallen silent."""

import threading
import time

from rq import Queue
from rq.serializers import JSONSerializer

from tests.faults.link import Links, SocketFile
from tests.services.redis_process import RedisProcess
from tests.services.waiting import wait_until
from workers.drain_worker import DrainWorker
from workers.mailbox.connection import connect
from workers.mailbox.drain_job import QUEUE_NAME
from workers.worker import WORKER_TTL_S

LEAVES_WITHIN_S = 6.0


def test_an_idle_worker_leaves_a_silent_redis_within_seconds(own_redis: RedisProcess) -> None:
    with Links() as links:
        link = links.to("redis", SocketFile(own_redis.server.socket))
        with connect(f"redis://127.0.0.1:{link.port}/0", 1.0) as redis:
            worker = DrainWorker(
                [Queue(QUEUE_NAME, connection=redis, serializer=JSONSerializer)],
                connection=redis,
                serializer=JSONSerializer,
                worker_ttl=WORKER_TTL_S,
            )
            working = threading.Thread(target=worker.work, kwargs={"logging_level": None})
            working.start()
            wait_until(lambda: worker.is_idle)
            silent_s = time.monotonic()
            link.fall_silent()
            working.join(timeout=4 * LEAVES_WITHIN_S)
            assert time.monotonic() - silent_s < LEAVES_WITHIN_S
