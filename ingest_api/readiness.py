"""Whether an edge can accept: Redis and its durability, the database; and what is wrong besides.

A warning is told and does not make an edge unready: taking the edges away would only stop what
still works, acceptance.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from redis.exceptions import ResponseError

from config.known_reasons import known_reason
from ingest_api.edge import Edge
from models.database import NotMigrated, Transient
from models.migrated import require_tables
from workers.mailbox.connection import MailboxUnavailable, translated
from workers.mailbox.overview import NEARLY_FULL, Overview, look

Check = dict[str, Any]
Notice = dict[str, str]

_NOTHING = "nothing: no append-only file"
_LITTLE = "a crash of Redis; a power loss may take what the system had not written"
_SURVIVES: dict[tuple[str | None, str | None], str] = {
    ("yes", "always"): "a crash and a power loss",
    ("yes", "everysec"): "a crash; a power loss may take the last second",
    ("yes", "no"): _LITTLE,
}
_LOST = {
    _NOTHING: "A restart of Redis loses what waits.",
    _LITTLE: "A power loss may take many seconds of what waits.",
}
_POLICY = (b"appendonly", b"appendfsync", b"maxmemory-policy")


@dataclass(frozen=True, slots=True)
class Readiness:
    """Each check's result by name, the names of those that failed, and what to look after."""

    checks: dict[str, Check]
    failed: list[str]
    warnings: list[Notice]


async def check_readiness(edge: Edge) -> Readiness:
    """Looks at everything that acceptance needs, and at whether anybody applies it."""
    (redis, overview), database = await asyncio.gather(_check_redis(edge), _check_database(edge))
    checks = {"redis": redis, "database": database}
    failed = [name for name, check in checks.items() if check["status"] != "ok"]
    if overview is None:
        return Readiness(checks, failed, [])
    oldest_s = max((mailbox.age_s for mailbox in overview.mailboxes), default=None)
    checks["mailbox"] = {
        "status": "ok",
        "oldest_waiting_s": oldest_s,
        "projects_waiting": overview.waiting,
    }
    checks["workers"] = {"status": "ok", "alive": overview.workers}
    found = _warnings(redis, overview, oldest_s, edge.settings.stuck_after_s)
    return Readiness(checks, failed, list(found))


def _warnings(
    redis: Check, overview: Overview, oldest_s: float | None, stuck_after_s: float
) -> Iterator[Notice]:
    if overview.workers == 0:
        yield _warning("no_worker", "No worker lives: what is accepted waits.")
    if oldest_s is not None and oldest_s > stuck_after_s:
        yield _warning("operations_wait", f"An operation has waited for {oldest_s:.0f} s.")
    if lost := _LOST.get(redis["survives"]):
        yield _warning("redis_not_durable", lost)
    if redis.get("maxmemory_policy") not in (None, "noeviction"):
        yield _warning("redis_evicts", "A full Redis would drop what waits.")
    if overview.memory_share > NEARLY_FULL:
        yield _warning(
            "redis_nearly_full", f"Redis uses {overview.memory_share:.0%} of its memory."
        )


def _warning(code: str, detail: str) -> Notice:
    return {"code": code, "detail": detail}


async def _check_redis(edge: Edge) -> tuple[Check, Overview | None]:
    try:
        with translated():
            overview = await look(edge.redis)
            policy = await _policy(edge)
    except MailboxUnavailable as error:
        return _unavailable(error), None
    if overview.only_reads:
        return {"status": "unavailable", "reason": "a read-only replica"}, None
    return {"status": "ok", **policy}, overview


async def _policy(edge: Edge) -> Check:
    try:
        given: dict[Any, Any] = await edge.redis.config_get(*(name.decode() for name in _POLICY))
    except ResponseError:
        # Hosted servers often refuse CONFIG.
        return {"survives": "unknown: the server does not tell its policy"}
    appendonly, appendfsync, eviction = (_told(given, name) for name in _POLICY)
    return {
        "appendonly": appendonly,
        "appendfsync": appendfsync,
        "maxmemory_policy": eviction,
        "survives": _SURVIVES.get((appendonly, appendfsync), _NOTHING),
    }


async def _check_database(edge: Edge) -> Check:
    try:
        await edge.reads.run(require_tables)
    except Transient as error:
        return _unavailable(error)
    return {"status": "ok"}


def _unavailable(error: MailboxUnavailable | Transient) -> Check:
    reason = str(error) if isinstance(error, NotMigrated) else known_reason(error)
    return {"status": "unavailable", "reason": reason}


def _told(config: Mapping[Any, Any], name: bytes) -> str | None:
    value = config.get(name, config.get(name.decode()))
    return value.decode() if isinstance(value, bytes) else value
