"""Mailboxes: whether what was accepted is applied in time, and what holds it up."""

from collections.abc import Sequence
from typing import Any

from redis import Redis

from ingest_api.cli.diagnosis.check import Check, ok, unread_in_redis
from workers.mailbox import layout
from workers.mailbox.connection import MailboxUnavailable, translated
from workers.mailbox.envelope import read_entry

NAME = "mailboxes"
PROJECTS_NAMED = 5

UPDATE = "update the workers: these operations are of a newer version than some worker knows"
LOOK = "see that workers run and reach the database; their log names the project"


def check_mailboxes(client: Redis, stuck_after_s: float) -> Check:
    """Look at the oldest waiting operations, and at the heads of those that are stuck."""
    try:
        with translated():
            return _examine(client, stuck_after_s)
    except MailboxUnavailable as error:
        return unread_in_redis(NAME, error)


def _examine(client: Redis, stuck_after_s: float) -> Check:
    waiting: Any = client.zcard(layout.READY)
    seconds, _ = client.time()
    before_ms = (seconds - stuck_after_s) * 1000
    oldest: Any = client.zrange(layout.READY, 0, PROJECTS_NAMED - 1, withscores=True)
    stuck = [(project.decode(), since_ms) for project, since_ms in oldest if since_ms < before_ms]
    if not stuck:
        return ok(NAME, f"{waiting} with waiting operations, none older than {stuck_after_s:g} s")
    names = ", ".join(project for project, _ in stuck)
    age_s = seconds - stuck[0][1] / 1000
    newer = any(_needs_newer_worker(client, project) for project, _ in stuck)
    return Check(
        NAME,
        "warn",
        f"operations of {names} have waited for up to {age_s:.0f} s",
        UPDATE if newer else LOOK,
    )


def _needs_newer_worker(client: Redis, project_id: str) -> bool:
    for lane in layout.LANES:
        head: Sequence[Any] = client.xrange(layout.stream_key(project_id, lane), count=1)  # type: ignore[assignment]
        if any(read_entry(i.decode(), f).fault == "newer_version" for i, f in head):
            return True
    return False
