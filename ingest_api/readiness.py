"""Whether an edge can accept: Redis and its durability, the database, the oldest waiting entry.

An old entry is told and does not make an edge unready: taking the edges away would only stop
what still works, acceptance.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from redis.exceptions import ResponseError

from ingest_api.edge import Edge
from models.database import NotMigrated, Transient
from models.migrated import require_tables
from workers.mailbox.connection import MailboxUnavailable, translated
from workers.mailbox.layout import READY

Check = dict[str, Any]

_SURVIVES: dict[tuple[str | None, str | None], str] = {
    ("yes", "always"): "a crash and a power loss",
    ("yes", "everysec"): "a crash; a power loss may take the last second",
    ("yes", "no"): "a crash of Redis; a power loss may take what the system had not written",
}
_POLICY = (b"appendonly", b"appendfsync", b"maxmemory-policy")


async def check_readiness(edge: Edge) -> tuple[dict[str, Check], list[str]]:
    """Each check's result by name, and the names of those that failed."""
    redis, database = await asyncio.gather(_check_redis(edge), _check_database(edge))
    checks = {"redis": redis, "database": database}
    failed = [name for name, check in checks.items() if check["status"] != "ok"]
    if "redis" not in failed:
        checks["mailbox"] = redis.pop("mailbox")
    return checks, failed


async def _check_redis(edge: Edge) -> Check:
    try:
        with translated():
            now_s, now_us = await edge.redis.time()
            oldest = await edge.redis.zrange(READY, 0, 0, withscores=True)
            policy = await _policy(edge)
    except MailboxUnavailable:
        return {"status": "unavailable"}
    now_ms = int(now_s) * 1000 + int(now_us) // 1000
    age_s = max(0.0, (now_ms - float(oldest[0][1])) / 1000) if oldest else None
    return {"status": "ok", **policy, "mailbox": {"status": "ok", "oldest_waiting_s": age_s}}


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
        "survives": _SURVIVES.get((appendonly, appendfsync), "nothing: no append-only file"),
    }


async def _check_database(edge: Edge) -> Check:
    try:
        await edge.reads.run(require_tables)
    except NotMigrated as error:
        return {"status": "unavailable", "reason": str(error)}
    except Transient:
        return {"status": "unavailable"}
    return {"status": "ok"}


def _told(config: Mapping[Any, Any], name: bytes) -> str | None:
    value = config.get(name, config.get(name.decode()))
    return value.decode() if isinstance(value, bytes) else value
