"""Workers: whether anybody applies what is accepted."""

from redis import Redis

from ingest_api.cli.diagnosis.check import Check, ok
from workers.mailbox.connection import MailboxUnavailable, translated
from workers.mailbox.overview import WORKERS_KEY

START = "start one: `hal-ingest worker`"


def check_workers(client: Redis) -> tuple[Check, int]:
    """Count the workers that announced themselves and have not expired."""
    try:
        with translated():
            announced = sorted(client.sscan_iter(WORKERS_KEY))
            alive = int(client.exists(*announced)) if announced else 0
    except MailboxUnavailable as error:
        return Check("workers", "warn", f"cannot be counted ({error})"), 0
    if alive:
        return ok("workers", f"{alive} running"), alive
    return Check("workers", "warn", "none: what is accepted waits until one runs", START), 0
