"""Redis: reachable, new enough, and keeping what was accepted (contract §4, Outages)."""

from typing import Any

from redis import Redis
from redis.exceptions import ResponseError

from config.known_reasons import known_reason
from ingest_api.cli.diagnosis.check import Check, ok
from workers.mailbox.connection import MailboxUnavailable, connect, translated
from workers.mailbox.overview import NEARLY_FULL, only_reads

MINIMUM_VERSION = (7, 0)

# A mailbox takes more memory than the bytes that it counts, and jobs and hints need some too.
ROOM_FOR_A_MAILBOX = 2
_MEBIBYTE = 1024 * 1024

_MEND_GIVEN = (
    "start Redis, and see that REDIS_URL has the right address, password and database number"
)
_MEND_DEFAULT = (
    "REDIS_URL is not set, and no `hal-ingest up` runs in ./var: set it, or start Redis on "
    "localhost"
)

_FSYNC = {
    "always": ok("redis_fsync", "appendfsync always: what was accepted survives a crash"),
    "everysec": Check(
        "redis_fsync",
        "warn",
        "appendfsync everysec: a power loss may take the last second of what was accepted",
        "set appendfsync always, if that second matters more than speed",
    ),
    "no": Check(
        "redis_fsync",
        "fail",
        "appendfsync no: a power loss may take many seconds of what was accepted",
        "set appendfsync always (or everysec)",
    ),
}
_READ_ONLY = Check(
    "redis_role",
    "fail",
    "a read-only replica: nothing can be accepted",
    "point REDIS_URL at the primary",
)
_FSYNC_HIDDEN = Check(
    "redis_fsync",
    "warn",
    "this Redis does not tell its appendfsync",
    "ask its provider; always keeps everything, everysec may lose a second",
)


def check_redis(
    url: str, timeout_s: float, mailbox_max_bytes: int, *, url_given: bool
) -> tuple[list[Check], Redis | None]:
    """The checks, and a client for further ones where Redis can be reached; close it.

    Without `url_given` the URL is only the default, which the way to mend it then says.
    """
    try:
        client = connect(url, timeout_s)
    except ValueError:
        return [_away("the URL cannot be read", url_given)], None
    try:
        with translated():
            info: dict[str, Any] = client.info()
            fsync = _appendfsync(client)
    except MailboxUnavailable as error:
        client.close()
        return [_away(known_reason(error), url_given)], None
    checks = [_version(info), _persistence(info), _eviction(info)]
    if only_reads(info):
        checks.append(_READ_ONLY)
    checks.append(_memory(info, mailbox_max_bytes))
    if info.get("aof_enabled"):
        checks.append(_FSYNC.get(fsync, _FSYNC_HIDDEN))
    return checks, client


def _away(reason: str, url_given: bool) -> Check:
    return Check(
        "redis",
        "fail",
        f"cannot be used ({reason})",
        _MEND_GIVEN if url_given else _MEND_DEFAULT,
    )


def _appendfsync(client: Redis) -> str:
    try:
        told = client.config_get("appendfsync")
    except ResponseError:
        return ""  # managed servers often refuse CONFIG
    return told.get("appendfsync") or ""


def _version(info: dict[str, Any]) -> Check:
    # Valkey names the Redis whose commands it has as redis_version.
    compatible = str(info["redis_version"])
    valkey = info.get("valkey_version")
    name = f"Valkey {valkey}" if valkey else f"Redis {compatible}"
    if tuple(int(part) for part in compatible.split(".")[:2]) >= MINIMUM_VERSION:
        return ok("redis", name)
    return Check("redis", "fail", f"{name} is too old", "use Redis 7.0 or newer, or Valkey")


def _persistence(info: dict[str, Any]) -> Check:
    if not info.get("aof_enabled"):
        return Check(
            "redis_persistence",
            "fail",
            "appendonly no: a restart of Redis loses what was accepted and not yet applied",
            "set appendonly yes",
        )
    if info.get("aof_last_write_status", "ok") != "ok":
        return Check(
            "redis_persistence",
            "fail",
            "the last write to the append-only file failed",
            "look at the disk of Redis: is it full or read-only?",
        )
    return ok("redis_persistence", "appendonly yes")


def _eviction(info: dict[str, Any]) -> Check:
    policy = str(info.get("maxmemory_policy", ""))
    if policy == "noeviction":
        return ok("redis_eviction", "maxmemory-policy noeviction")
    return Check(
        "redis_eviction",
        "fail",
        f"maxmemory-policy {policy}: a full Redis would drop what was accepted",
        "set maxmemory-policy noeviction",
    )


def _memory(info: dict[str, Any], mailbox_max_bytes: int) -> Check:
    used, allowed = int(info["used_memory"]), int(info["maxmemory"])
    if not allowed:
        return ok("redis_memory", f"{used // _MEBIBYTE} MiB used, no maxmemory")
    told = f"{used // _MEBIBYTE} of {allowed // _MEBIBYTE} MiB used"
    if used > allowed * NEARLY_FULL:
        mend = "raise maxmemory; see what waits: soon nothing can be accepted"
        return Check("redis_memory", "warn", told, mend)
    if allowed < mailbox_max_bytes * ROOM_FOR_A_MAILBOX:
        return Check(
            "redis_memory",
            "warn",
            f"maxmemory {allowed // _MEBIBYTE} MiB: one project's mailbox may fill it "
            f"(MAILBOX_MAX_BYTES is {mailbox_max_bytes // _MEBIBYTE} MiB)",
            f"raise maxmemory to {ROOM_FOR_A_MAILBOX} times MAILBOX_MAX_BYTES, or lower that",
        )
    return ok("redis_memory", told)
