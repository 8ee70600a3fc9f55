"""An operation from the command line: into the project's mailbox like any other, and its outcome.

A person at a terminal has the same order, the same receipts and the same worker as a caller.
"""

import asyncio
import threading
import time
from dataclasses import dataclass

from config.settings import Settings
from ingest_api.cli.refusing import NotAccepted
from models.database import Database
from models.queries.operations import SettledRecord, find_settled
from workers.mailbox.connection import connect, connect_async
from workers.mailbox.layout import Envelope
from workers.mailbox.post import Accepted, MailboxFull, Post, PostLimits
from workers.mailbox.wake import Wake, WakeTimes

LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Asked:
    """An accepted operation; `record` is None while it is not settled."""

    operation_id: str
    record: SettledRecord | None


def ask(
    settings: Settings, database: Database, project_id: str, envelope: Envelope, wait_s: float
) -> Asked:
    """Takes the operation in and waits for its outcome, for `wait_s` at most.

    Raises NotAccepted, MailboxUnavailable and Transient.
    """
    operation_id = asyncio.run(_accept(settings, project_id, envelope))
    return Asked(operation_id, _outcome(database, (project_id, operation_id), wait_s))


async def _accept(settings: Settings, project_id: str, envelope: Envelope) -> str:
    limits = PostLimits(
        mailbox_max_entries=settings.mailbox_max_entries,
        mailbox_max_bytes=settings.mailbox_max_bytes,
        idempotency_hint_s=settings.idempotency_hint_s,
        wake_queued_s=settings.wake_queued_s,
    )
    times = WakeTimes(settings.wake_queued_s, settings.wake_running_s)
    with connect(settings.redis_url, settings.redis_timeout_s) as waking:
        async with connect_async(settings.redis_url, settings.redis_timeout_s) as redis:
            post = Post(redis, Wake(waking, times), limits)
            try:
                answer = await post.accept(project_id, envelope)
            finally:
                await post.aclose()
    match answer:
        case Accepted():
            return answer.operation_id
        case MailboxFull():
            raise NotAccepted("The project has as many waiting operations as it may have.")
        case _:
            raise AssertionError("an operation without an idempotency key repeats none")


def _outcome(database: Database, operation: tuple[str, str], wait_s: float) -> SettledRecord | None:
    pause = threading.Event()
    until_s = time.monotonic() + wait_s
    while True:
        with database.reading() as connection:
            record = find_settled(connection, [operation]).get(operation)
        if record is not None or time.monotonic() >= until_s:
            return record
        pause.wait(LOOK_EVERY_S)
