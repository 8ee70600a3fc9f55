"""A mailbox that is filled by the edge's own half while the worker is paused, and then drained."""

import asyncio
import signal
import time
from collections.abc import Sequence

from config.measures import Measures
from models.operations import to_payload, validate
from tests.benchmarks.bodies import Body, named_project
from tests.benchmarks.stand import NO_CAP, PROJECT_ID, Stand
from tests.services.processes import ServiceProcess
from tests.services.waiting import wait_until
from workers.mailbox.connection import connect_async
from workers.mailbox.envelope import Envelope
from workers.mailbox.layout import READY, Lane
from workers.mailbox.metrics import RedisMetrics
from workers.mailbox.post import Post, PostLimits, new_nonce
from workers.mailbox.wake import WakeTimes

_TIMEOUT_S = 10.0
# No token expires while a mailbox is being filled.
_WAKE_TIMES = WakeTimes(queued_s=600.0, running_s=600.0)
_LIMITS = PostLimits(NO_CAP, NO_CAP, idempotency_hint_s=60, wake_queued_s=_WAKE_TIMES.queued_s)
_AT_ONCE = 1_000
_DRAINED_WITHIN_S = 300.0

Operations = Sequence[tuple[str, Body]]


def envelope(operation_type: str, body: Body) -> Envelope:
    """The envelope that the edge makes of a body with `Prefer: respond-async`."""
    operation, _ = validate(operation_type, body)
    return Envelope(
        new_nonce(), operation_type, "publishable", to_payload(operation), fingerprint=""
    )


def drained_per_s(
    stand: Stand,
    worker: ServiceProcess,
    operations: Operations,
    projects: int = 1,
    lane: Lane = "live",
) -> float:
    """Fill the mailbox with (type, body) pairs, let the worker drain it; operations a second.

    With several projects each gets as many of them, in turns.
    """

    def is_empty() -> bool:
        return not stand.redis.exists(READY)

    worker.send(signal.SIGSTOP)
    fill(stand, operations, projects, lane)
    began_s = time.perf_counter()
    worker.send(signal.SIGCONT)
    wait_until(is_empty, _DRAINED_WITHIN_S, "the mailbox is drained")
    return len(operations) / (time.perf_counter() - began_s)


def fill(stand: Stand, operations: Operations, projects: int, lane: Lane) -> None:
    """Put (type, body) pairs into a lane of so many mailboxes, in turns."""
    asyncio.run(_fill(stand.redis_url, operations, projects, lane))


async def _fill(redis_url: str, operations: Operations, projects: int, lane: Lane) -> None:
    redis = connect_async(redis_url, _TIMEOUT_S)
    post = Post(redis, _LIMITS, RedisMetrics(Measures()))
    try:
        for at in range(0, len(operations), _AT_ONCE):
            envelopes = [envelope(*each) for each in operations[at : at + _AT_ONCE]]
            await asyncio.gather(
                *(
                    post.accept_many(named_project(PROJECT_ID, (at + n) % projects), [each], lane)
                    for n, each in enumerate(envelopes)
                )
            )
    finally:
        await post.aclose()
        await redis.aclose()
