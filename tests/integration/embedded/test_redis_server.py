"""The embedded server: found, on a socket with a short path, durable, never evicting (§4)."""

import stat
from pathlib import Path

import pytest
import redis

from ingest_api.embedded import redis_server
from ingest_api.embedded.redis_server import (
    SOCKET_PATH_LIMIT_BYTES,
    RedisServerMissing,
    find_server_binary,
    socket_path,
)
from tests.services.redis_process import RedisProcess


def test_the_server_keeps_the_stated_policy(own_redis: RedisProcess) -> None:
    with redis.Redis.from_url(own_redis.url) as client:
        told = {
            name: client.config_get(name)[name]
            for name in ("appendonly", "appendfsync", "maxmemory-policy", "port", "save")
        }
    assert told == {
        "appendonly": "yes",
        "appendfsync": "always",
        "maxmemory-policy": "noeviction",
        "port": "0",
        "save": "",
    }


def test_nobody_else_may_open_the_socket(own_redis: RedisProcess) -> None:
    assert stat.S_IMODE(own_redis.server.socket.stat().st_mode) & 0o077 == 0


def test_the_socket_stands_in_the_data_folder() -> None:
    assert socket_path(Path("/srv/var/redis")) == Path("/srv/var/redis/redis.sock")


def test_a_folder_too_deep_for_a_socket_gets_a_short_private_one(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    short = socket_path(deep)
    assert len(str(short)) <= SOCKET_PATH_LIMIT_BYTES
    assert stat.S_IMODE(short.parent.stat().st_mode) == 0o700
    assert socket_path(deep) == short
    other = socket_path(tmp_path / ("e" * 120))
    assert other != short
    short.parent.rmdir()
    other.parent.rmdir()


def test_a_short_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    deep = tmp_path / ("f" * 120)
    folder = socket_path(deep).parent
    folder.chmod(0o755)
    with pytest.raises(RedisServerMissing, match="not a private folder"):
        socket_path(deep)
    folder.rmdir()


def _program(folder: Path, name: str, version: str) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{version}'\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def test_without_the_wheel_a_server_on_the_path_is_used_unresolved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path, "check-rdb", "Redis server v=7.0.15 sha=0")
    link = tmp_path / "redis-server"
    link.symlink_to("check-rdb")
    monkeypatch.setattr(redis_server, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_server_binary() == link


def test_too_old_a_server_or_none_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path, "redis-server", "Redis server v=6.2.1 sha=0")
    monkeypatch.setattr(redis_server, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RedisServerMissing, match="install valkey-server") as refusal:
        find_server_binary()
    assert "\n" not in str(refusal.value)
