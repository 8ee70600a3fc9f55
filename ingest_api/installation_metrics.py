"""What all edges and workers have in common, as it is at the moment of a scrape (contract §13).

Each edge tells it: take the largest of several answers, not their sum. Projects are told by name as
far as they stand out, the rest as one; so a scrape stays small however many projects there are.
"""

import asyncio
from collections.abc import Collection, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric

from config.measures import Labels, MetricRow
from config.metric_files import Found
from ingest_api.edge import Edge
from models.database import Transient
from models.queries.dead_letter_counts import count_dead_letters
from workers.mailbox.connection import MailboxUnavailable
from workers.mailbox.overview import Overview, WaitingMailbox, look

REST = "(other)"
"""All projects that are not named; no project id has brackets."""

ROWS: tuple[MetricRow, ...] = (
    MetricRow("hal_mailbox_entries", "gauge", ("project", "lane"), "operations that wait"),
    MetricRow("hal_mailbox_bytes", "gauge", ("project",), "bytes of the operations that wait"),
    MetricRow(
        "hal_mailbox_oldest_seconds",
        "gauge",
        ("project", "lane"),
        "age of the oldest operation that waits",
    ),
    MetricRow("hal_mailboxes_waiting", "gauge", (), "projects whose mailbox is not empty"),
    MetricRow("hal_dead_letters", "gauge", ("project",), "operations that were set aside"),
    MetricRow("hal_rq_workers", "gauge", (), "worker processes that live, on all machines"),
    MetricRow("hal_rq_jobs_queued", "gauge", (), "drains that are queued and not begun"),
    MetricRow("hal_redis_memory_used_bytes", "gauge", (), "memory that Redis uses"),
    MetricRow("hal_redis_memory_max_bytes", "gauge", (), "maxmemory of Redis, 0 without one"),
    MetricRow(
        "hal_store_readable", "gauge", ("store",), "1 where the scrape could ask redis or database"
    ),
)
_ROW_OF = {row.name: row for row in ROWS}

Values = dict[Labels, float]


async def look_at_installation(edge: Edge) -> CollectorRegistry:
    """The common state; of a store that cannot be asked in time only that it cannot."""
    registry = CollectorRegistry()
    overview, letters = await asyncio.gather(_overview(edge), _dead_letters(edge))
    readable: Values = {
        ("redis",): float(overview is not None),
        ("database",): float(letters is not None),
    }
    families = [_family("hal_store_readable", readable)]
    named = edge.settings.metrics_projects
    if overview is not None:
        families += _of_redis(overview, named)
    if letters is not None:
        most: Values = {(project,): float(count) for project, count in letters[:named]}
        rest = sum(count for _, count in letters[named:])
        families.append(_family("hal_dead_letters", {**most, (REST,): float(rest)}))
    registry.register(Found(families))
    return registry


async def _overview(edge: Edge) -> Overview | None:
    try:
        async with asyncio.timeout(edge.settings.redis_timeout_s):
            return await look(edge.redis)
    except (MailboxUnavailable, TimeoutError):
        return None


async def _dead_letters(edge: Edge) -> list[tuple[str, int]] | None:
    try:
        return await edge.reads.run(count_dead_letters)
    except Transient:
        return None


def _of_redis(overview: Overview, named: int) -> Iterator[Metric]:
    yield _family("hal_mailboxes_waiting", {(): overview.waiting})
    yield from _of_mailboxes(overview.mailboxes, named)
    if overview.workers is not None:
        yield _family("hal_rq_workers", {(): overview.workers})
    if overview.jobs is not None:
        yield _family("hal_rq_jobs_queued", {(): overview.jobs})
    yield _family("hal_redis_memory_used_bytes", {(): overview.memory_used_bytes})
    yield _family("hal_redis_memory_max_bytes", {(): overview.memory_max_bytes})


def _of_mailboxes(mailboxes: Collection[WaitingMailbox], named: int) -> Iterator[Metric]:
    shown = standing_out(mailboxes, named)
    rest = [mailbox for mailbox in mailboxes if mailbox not in shown]
    entries: Values = {
        (REST, "live"): sum(each.live for each in rest),
        (REST, "bulk"): sum(each.bulk for each in rest),
    }
    ages_s: Values = {
        (REST, "live"): max((each.live_age_s for each in rest), default=0.0),
        (REST, "bulk"): max((each.bulk_age_s for each in rest), default=0.0),
    }
    for each in shown:
        entries[each.project_id, "live"] = each.live
        entries[each.project_id, "bulk"] = each.bulk
        ages_s[each.project_id, "live"] = each.live_age_s
        ages_s[each.project_id, "bulk"] = each.bulk_age_s
    yield _family("hal_mailbox_entries", entries)
    yield _family("hal_mailbox_oldest_seconds", ages_s)
    size_bytes: Values = {(each.project_id,): float(each.size_bytes) for each in shown}
    yield _family(
        "hal_mailbox_bytes", {**size_bytes, (REST,): float(sum(each.size_bytes for each in rest))}
    )


def standing_out(mailboxes: Collection[WaitingMailbox], named: int) -> list[WaitingMailbox]:
    """The `named` deepest and the `named` oldest."""
    deepest = sorted(mailboxes, key=lambda each: each.entries, reverse=True)[:named]
    oldest = sorted(mailboxes, key=lambda each: each.age_s, reverse=True)[:named]
    return [*deepest, *(each for each in oldest if each not in deepest)]


def _family(name: str, values: Values) -> Metric:
    row = _ROW_OF[name]
    family = GaugeMetricFamily(name, row.meaning, labels=row.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family
