"""Workers: whether anybody applies what is accepted."""

from redis import Redis

from ingest_api.cli.diagnosis.check import Check, ok, unread_in_redis
from workers.mailbox import layout
from workers.mailbox.connection import MailboxUnavailable, translated

START = "start one: `hal-ingest worker`"


def check_workers(client: Redis) -> tuple[Check, int]:
    """Count the worker processes that said lately that they live."""
    try:
        with translated():
            announced = sorted(client.sscan_iter(layout.WORKERS))
            alive = int(client.exists(*announced)) if announced else 0
    except MailboxUnavailable as error:
        return unread_in_redis("workers", error), 0
    if alive:
        return ok("workers", f"{alive} running"), alive
    return Check("workers", "warn", "none: what is accepted waits until one runs", START), 0
