"""What every request needs, made once for an edge process, started and ended in one place."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from functools import partial

import structlog

from config.settings import Settings
from config.version import VERSION
from ingest_api.auth import Auth
from ingest_api.database_reads import DatabaseReads
from ingest_api.fair_turns import FairTurns
from ingest_api.key_usage import KeyUsage
from ingest_api.metrics import Metrics
from ingest_api.pace import Pace
from ingest_api.project_cache import ProjectCache
from ingest_api.rate_limits import RateLimits
from ingest_api.refusals import Refusals
from ingest_api.shared_look import SharedLook
from ingest_api.stop_signals import on_stop_signal
from ingest_api.waiters import Waiters
from models.database import open_database
from models.queries.operations import OperationKey, SettledRecord, find_settled
from models.queries.projects import Credentials, find_credentials
from workers.mailbox import layout
from workers.mailbox.connection import connect_async, database_number
from workers.mailbox.outcomes import Outcomes
from workers.mailbox.post import Post, PostLimits

RESTART_PAUSE_S = 1.0
CANCEL_AGAIN_S = 0.1
METRICS_INTERVAL_S = 1.0

_log = structlog.get_logger("hal.edge")


class Edge:
    """The edge's collaborators. Nothing connects before `running`, or before it is needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics(VERSION, settings.metrics_folder)
        self.database = open_database(settings)
        self.reads = DatabaseReads(
            self.database,
            limit=settings.database_pool_size,
            timeout_s=settings.database_timeout_s,
        )
        self.redis = connect_async(settings.redis_url, settings.redis_timeout_s)
        self.id = layout.edge_id(database_number(self.redis), secrets.token_hex(8))
        self.turns = FairTurns()
        in_turn = self.turns.go_on
        self.post = Post(self.redis, _limits(settings), self.metrics.redis, in_turn)
        self.rate_limits = RateLimits(settings)
        self.refusals = Refusals()
        self.pace = Pace()
        self.waiters = Waiters(SharedLook(self._find_settled).look, in_turn)
        self.projects = ProjectCache(
            self._find_credentials,
            entries=settings.project_cache_entries,
            life_s=settings.project_cache_ttl_s,
            patience_s=settings.database_timeout_s,
        )
        self.outcomes = Outcomes(self.redis, self.id, self.projects.forget)
        self.key_usage = KeyUsage(self.reads)
        self.auth = Auth(self.projects, self.key_usage)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Runs what goes on beside the requests; on leaving, ends it and closes everything."""
        tasks = [
            asyncio.create_task(_kept_running(work))
            for work in (
                self.outcomes.listen,
                self.waiters.poll,
                self.key_usage.write_regularly,
                self._write_metrics_regularly,
            )
        ]
        try:
            with on_stop_signal(self.waiters.stop):
                yield
        finally:
            await _end(set(tasks))
            await self._close()

    def waits_in_vain(self, project_id: str, depth: int, budget_s: float) -> bool:
        """Whether who is so deep in a backlog should rather not wait: 202 at once (contract §4)."""
        return (
            depth > self.settings.wait_backlog_limit
            or self.pace.wait_s(project_id, depth) > budget_s
            or len(self.waiters) >= self.settings.waiting_callers_limit
        )

    def write_metrics(self) -> None:
        """Makes what was counted so far readable for whoever scrapes."""
        self.metrics.waiting.set(len(self.waiters))
        self.metrics.reads_under_way.set(self.reads.under_way)
        self.metrics.reads_waiting.set(self.reads.waiting)
        self.metrics.measures.write()

    async def _write_metrics_regularly(self) -> None:
        while True:
            self.write_metrics()
            await asyncio.sleep(METRICS_INTERVAL_S)

    async def _close(self) -> None:
        self.write_metrics()
        await self.projects.close()
        await self.post.aclose()
        await self.key_usage.write()
        await self.redis.aclose()
        self.database.close()

    async def _find_credentials(
        self, digests: Collection[str], project_ids: Collection[str]
    ) -> Credentials:
        return await self.reads.run(
            partial(find_credentials, digests=digests, project_ids=project_ids)
        )

    async def _find_settled(
        self, operations: Collection[OperationKey]
    ) -> dict[OperationKey, SettledRecord]:
        return await self.reads.run(partial(find_settled, operations=operations))


async def _kept_running(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - a bug in it must not end it for good
            _log.error("background_work_failed", work=work.__qualname__, exc_info=error)
        await asyncio.sleep(RESTART_PAUSE_S)


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    """Cancels until it holds: redis-py can lose a cancellation while it connects."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=CANCEL_AGAIN_S)


def _limits(settings: Settings) -> PostLimits:
    return PostLimits(
        mailbox_max_entries=settings.mailbox_max_entries,
        mailbox_max_bytes=settings.mailbox_max_bytes,
        idempotency_hint_s=settings.idempotency_hint_s,
        wake_queued_s=settings.wake_queued_s,
        bulk_share=settings.bulk_mailbox_share,
    )
