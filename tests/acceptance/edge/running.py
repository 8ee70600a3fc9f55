"""What tests of the edge work with: a running edge, and a project with its keys."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import redis
from sqlalchemy import Connection, insert
from starlette.applications import Starlette

from config.settings import Settings
from ingest_api.app import create_app
from ingest_api.edge import Edge
from models.database import Database
from models.operations.project_settings import ProjectSettingsUpdate
from models.provisioning.projects import CreatedProject, create_project, update_project
from models.tables import ContactMergeTable, OperationTable
from tests.services.waiting import LOOK_EVERY_S
from workers.mailbox.envelope import QueuedOperation, read_entry
from workers.mailbox.layout import LANES, outcomes_channel, stream_key

NOW_MS = 1_760_000_000_000


@dataclass
class RunningEdge:
    """A client of an edge in this process."""

    client: httpx2.AsyncClient
    edge: Edge
    redis: redis.Redis
    app: Starlette

    async def post(
        self,
        path: str = "identify",
        body: Mapping[str, Any] | bytes | None = None,
        headers: Mapping[str, str] | list[tuple[str, str]] | None = None,
        key: str | None = None,
    ) -> httpx2.Response:
        """Post a widget write; as project `proj_1` unless a body is given."""
        given = {"app_id": "proj_1", "visitor_id": "v1"} if body is None else body
        sent = list(headers.items() if isinstance(headers, Mapping) else headers or [])
        names = {name.lower() for name, _ in sent}
        if "content-type" not in names:
            sent.append(("content-type", "application/json"))
        if key is not None:
            sent.append(("authorization", f"Bearer {key}"))
        content = given if isinstance(given, bytes) else json.dumps(given).encode()
        return await self.client.post(f"/api/widget/{path}", content=content, headers=sent)

    async def hears(self) -> None:
        """Return as soon as publications reach this edge."""

        async def it_does() -> bool:
            return self.edge.outcomes.is_alive

        await eventually(it_does, "the edge hears of outcomes")

    def mailbox(self, project_id: str = "proj_1") -> list[QueuedOperation]:
        """What the project's mailbox holds, the live lane first, each oldest first."""
        found: list[QueuedOperation] = []
        for lane in LANES:
            entries: Any = self.redis.xrange(stream_key(project_id, lane))
            found += [read_entry(entry_id.decode(), fields, lane) for entry_id, fields in entries]
        return found

    def publish(self, queued: QueuedOperation, record: Mapping[str, Any]) -> int:
        """Tell the edge that waits what became of the operation; return how many heard it."""
        channel = outcomes_channel(str(queued.envelope.reply_to))
        heard: int = self.redis.publish(channel, json.dumps({queued.envelope.nonce: record}))
        return heard


@dataclass
class Project:
    """A project with its keys, and the database it is in."""

    created: CreatedProject
    database_url: str
    database: Database

    def write(self, change: Callable[[Connection], Any]) -> Any:
        """Run a change in a transaction of its own."""
        with self.database.transaction() as connection:
            return change(connection)

    def set(self, **settings: Any) -> None:
        """Change settings of the project."""
        update = ProjectSettingsUpdate(**settings)
        self.write(lambda c: update_project(c, self.created.project_id, update, NOW_MS))

    def settle(self, operation_id: str, **columns: Any) -> None:
        """Write an operation into the ledger, as a drain does."""
        row = OperationTable(
            project_id=self.created.project_id,
            id=operation_id,
            **{**_SETTLED_BY_DEFAULT, **columns},
        )
        self.write(lambda c: c.execute(insert(OperationTable).values(row.model_dump())))

    def merged(self, merged_id: str, survivor_id: str) -> None:
        """Note that a contact was merged into another, as a drain does."""
        row = ContactMergeTable(
            project_id=self.created.project_id,
            merged_id=merged_id,
            survivor_id=survivor_id,
            prior={},
            operation_id="op_1",
            merged_at_ms=NOW_MS,
        )
        self.write(lambda c: c.execute(insert(ContactMergeTable).values(row.model_dump())))


_SETTLED_BY_DEFAULT = {
    "sequence": 1,
    "caller": "publishable",
    "type": "identify",
    "status": "applied",
    "changes": [],
    "accepted_at_ms": NOW_MS,
    "applied_at_ms": NOW_MS + 7,
}
OUTCOME: dict[str, Any] = {
    "contact_id": "con_1",
    "company_id": "com_1",
    "event_id": None,
    "stage": {"change": "skipped", "from": "Customer", "to": "Lead"},
    "warnings": [],
}
PROBLEM: dict[str, Any] = {"status": 404, "code": "visitor_not_found", "detail": "No such visitor."}


def settled_record(queued: QueuedOperation, **fields: Any) -> dict[str, Any]:
    """What a drain publishes of an operation."""
    return {
        "operation_id": queued.operation_id,
        "type": queued.envelope.type,
        "status": "applied",
        "outcome": OUTCOME,
        "problem": None,
        "replay_of": None,
        "accepted_at_ms": queued.accepted_at_ms,
        "applied_at_ms": queued.accepted_at_ms + 7,
        **fields,
    }


@asynccontextmanager
async def run_edge(**settings: Any) -> AsyncIterator[RunningEdge]:
    """Run an edge with these settings until the block is left."""
    app = create_app(Settings(**settings))
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://edge") as client,
    ):
        with redis.Redis.from_url(settings["redis_url"]) as direct:
            yield RunningEdge(client, app.state.edge, direct, app)


@contextmanager
def make_project(database_url: str, project_id: str) -> Iterator[Project]:
    """Make a project with a short pipeline."""
    database = Database(database_url)
    try:
        with database.transaction() as connection:
            now_ms = time.time_ns() // 1_000_000
            stages = ["Lead", "Qualified", "Customer"]
            created = create_project(connection, project_id, "Demo", stages, now_ms)
        yield Project(created, database_url, database)
    finally:
        database.close()


async def eventually(
    condition: Callable[[], Awaitable[object]], what: str, within_s: float = 10.0
) -> None:
    """Return as soon as the condition holds; fail with `what` when it does not in time."""
    deadline_s = time.monotonic() + within_s
    while not await condition():
        if time.monotonic() > deadline_s:
            raise AssertionError(f"not within {within_s:g} s: {what}")
        await asyncio.sleep(LOOK_EVERY_S)
