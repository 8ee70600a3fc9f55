"""What endangers waiting operations is told by a ready edge as a warning (contract §13)."""

import pytest
import redis

from tests.acceptance.edge.running import Project, RunningEdge, run_edge
from tests.services.redis_process import RedisProcess

pytestmark = pytest.mark.anyio

BALLAST_BYTES = 32 * 1024 * 1024
"""Beside it what Redis takes for a client more or less is nothing."""


async def warned(edge: RunningEdge) -> set[str]:
    """The codes of what a ready edge warns of, beside the worker that it lacks here."""
    ready = await edge.client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    return {each["code"] for each in ready.json()["warnings"]} - {"no_worker"}


async def test_ready_warns_of_a_redis_that_would_drop_what_waits(
    own_redis: RedisProcess, sqlite_project: Project
) -> None:
    async with run_edge(redis_url=own_redis.url, database_url=sqlite_project.database_url) as edge:
        assert await warned(edge) == set()
        edge.redis.config_set("maxmemory-policy", "allkeys-lru")
        assert await warned(edge) == {"redis_evicts"}
        edge.redis.config_set("appendonly", "no")
        assert await warned(edge) == {"redis_evicts", "redis_not_durable"}


async def test_ready_warns_of_a_redis_that_never_syncs_its_file(
    own_redis: RedisProcess, sqlite_project: Project
) -> None:
    async with run_edge(redis_url=own_redis.url, database_url=sqlite_project.database_url) as edge:
        edge.redis.config_set("appendfsync", "everysec")
        assert await warned(edge) == set()
        edge.redis.config_set("appendfsync", "no")
        assert await warned(edge) == {"redis_not_durable"}


async def test_ready_warns_of_a_redis_that_has_little_room_left(
    own_redis: RedisProcess, sqlite_project: Project
) -> None:
    with redis.Redis.from_url(own_redis.url) as direct:
        direct.set("ballast", bytes(BALLAST_BYTES))
    async with run_edge(redis_url=own_redis.url, database_url=sqlite_project.database_url) as edge:
        assert await warned(edge) == set()
        used = int(edge.redis.info("memory")["used_memory"])
        edge.redis.config_set("maxmemory", round(used / 0.85))
        assert await warned(edge) == set()
        edge.redis.config_set("maxmemory", round(used / 0.95))
        assert await warned(edge) == {"redis_nearly_full"}


async def test_an_edge_whose_redis_only_reads_is_not_ready(
    own_redis: RedisProcess, sqlite_project: Project
) -> None:
    async with run_edge(redis_url=own_redis.url, database_url=sqlite_project.database_url) as edge:
        edge.redis.replicaof("127.0.0.1", "1")
        refused = await edge.client.get("/readyz")
        assert (refused.status_code, refused.json()["failed"]) == (503, ["redis"])
        assert refused.json()["checks"]["redis"]["reason"] == "a read-only replica"
        edge.redis.replicaof("NO", "ONE")
        assert await warned(edge) == set()
