"""Workers: whether anybody applies what is accepted."""

from redis import Redis

from ingest_api.cli.diagnosis.check import Check, ok
from workers.mailbox.connection import MailboxUnavailable, translated

# RQ's own keys: a set of the workers' keys, each of which expires when its worker is gone.
WORKERS_KEY = "rq:workers"
START = "start one: `hal-ingest worker`"


def check_workers(client: Redis) -> Check:
    """Count the workers that announced themselves and have not expired."""
    try:
        with translated():
            announced = sorted(client.sscan_iter(WORKERS_KEY))
            alive = client.exists(*announced) if announced else 0
    except MailboxUnavailable as error:
        return Check("workers", "warn", f"cannot be counted ({error})")
    if alive:
        return ok("workers", f"{alive} running")
    return Check("workers", "warn", "none: what is accepted waits until one runs", START)
