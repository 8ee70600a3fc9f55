"""Reads what a round left: the ledger, receipts as an account caller gets them, what waits."""

from contextlib import AbstractContextManager
from typing import Any, Protocol

import httpx2
from redis import Redis
from sqlalchemy import Table, select

from models.database import Database
from models.store.columns import table_of
from models.store.ledger import DEAD_LETTERS, OPERATIONS
from models.tables import ActivityTable
from tests.faults.evidence import Evidence, Json, LedgerLine
from tests.services.waiting import wait_until
from workers.mailbox.layout import LANES, READY, bytes_key, stream_key

ACTIVITY: Table = table_of(ActivityTable)
PAGE = 200
ANSWERS_WITHIN_S = 20.0
LINE = ("id", "sequence", "type", "status", "accepted_at_ms", "idempotency_key", "replay_of")


class Whole(Protocol):
    """What can be asked when a round is over."""

    @property
    def database(self) -> Database:
        """Where everything is stored."""

    @property
    def urls(self) -> list[str]:
        """The edges."""

    def asking_redis(self) -> AbstractContextManager[Redis]:
        """A client that may do everything."""


def collect(site: Whole, project_id: str, secret_token: str) -> Evidence:
    """The evidence of one project, whose site is whole again."""
    return Evidence(
        ledger=_ledger(site.database, project_id),
        receipts=_receipts(site, secret_token),
        event_values=_event_values(site.database, project_id),
        waiting=waiting(site, project_id),
        dead_letters=_dead_letters(site.database, project_id),
    )


def waiting(site: Whole, project_id: str) -> dict[str, int]:
    """What Redis holds of the project's operations, and what it counts of them."""
    with site.asking_redis() as redis:
        held: dict[str, int] = {}
        for lane in LANES:
            stream = stream_key(project_id, lane)
            held[stream] = int(redis.xlen(stream))
        held[bytes_key(project_id)] = int(redis.get(bytes_key(project_id)) or 0)
        return held | {READY: int(redis.zscore(READY, project_id) is not None)}


def _ledger(database: Database, project_id: str) -> tuple[LedgerLine, ...]:
    columns = [OPERATIONS.c[name] for name in LINE]
    wanted = select(*columns).where(OPERATIONS.c.project_id == project_id)
    with database.reading() as connection:
        rows = connection.execute(wanted.order_by(OPERATIONS.c.sequence)).all()
    return tuple(LedgerLine(*row) for row in rows)


def _event_values(database: Database, project_id: str) -> tuple[Any, ...]:
    wanted = select(ACTIVITY.c.detail).where(
        ACTIVITY.c.project_id == project_id, ACTIVITY.c.kind == "event"
    )
    with database.reading() as connection:
        return tuple(detail["value"] for detail in connection.scalars(wanted))


def _dead_letters(database: Database, project_id: str) -> tuple[str, ...]:
    wanted = select(DEAD_LETTERS.c.operation_id).where(DEAD_LETTERS.c.project_id == project_id)
    with database.reading() as connection:
        return tuple(connection.scalars(wanted))


def _receipts(site: Whole, secret_token: str) -> dict[str, Json]:
    """All receipts of the project, page by page, from whichever edge answers."""
    headers = {"authorization": f"Bearer {secret_token}"}
    with httpx2.Client(base_url=site.urls[0], timeout=ANSWERS_WITHIN_S, headers=headers) as client:
        receipts: dict[str, Json] = {}
        cursor: str | None = ""
        while cursor is not None:
            page = _page(client, cursor)
            receipts |= {each["operation_id"]: each for each in page["items"]}
            cursor = page["next_cursor"]
        return receipts


def _page(client: httpx2.Client, cursor: str) -> Json:
    asked = {"limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
    pages: list[Json] = []

    def is_answered() -> bool:
        try:
            answer = client.get("/api/operations", params=asked)
        except httpx2.HTTPError:
            return False
        if answer.status_code == httpx2.codes.OK:
            pages.append(answer.json())
        return bool(pages)

    wait_until(is_answered, ANSWERS_WITHIN_S, "an edge shows the receipts")
    return pages[-1]
