"""Redis or the database away: 503 with Retry-After within about a second (contract §4, Outages)."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import redis

from config.logs import configure_logs
from models.migrations import upgrade
from tests.acceptance.edge.running import Project, RunningEdge, eventually, run_edge
from tests.services.processes import free_port
from tests.services.redis_process import RedisProcess

pytestmark = pytest.mark.anyio

SOON_S = 2.5
PASSWORD = "not-for-any-answer"
NO_DATABASE = "postgresql://nobody@127.0.0.1:{port}/nothing"


@pytest.fixture
async def edge_on_own_redis(
    own_redis: RedisProcess, sqlite_project: Project
) -> AsyncIterator[RunningEdge]:
    settings = {"redis_url": own_redis.url, "database_url": sqlite_project.database_url}
    async with run_edge(**settings, widget_wait_s=0) as edge:
        assert (await edge.post()).status_code == 202
        yield edge


async def _expect_503(edge: RunningEdge) -> httpx2.Response:
    began_s = time.monotonic()
    answer = await edge.post()
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert time.monotonic() - began_s < SOON_S
    return answer


async def test_without_redis_nothing_is_accepted_and_afterwards_it_is_again(
    edge_on_own_redis: RunningEdge, own_redis: RedisProcess
) -> None:
    own_redis.stop()
    await _expect_503(edge_on_own_redis)
    ready = await edge_on_own_redis.client.get("/readyz")
    assert (ready.status_code, ready.json()["failed"]) == (503, ["redis"])
    assert "retry-after" in ready.headers
    own_redis.start()

    async def accepted() -> bool:
        return (await edge_on_own_redis.post()).status_code == 202

    await eventually(accepted, "the edge accepts again")


async def test_a_redis_that_hangs_is_not_waited_for(
    edge_on_own_redis: RunningEdge, own_redis: RedisProcess
) -> None:
    own_redis.pause()
    try:
        await asyncio.gather(*(_expect_503(edge_on_own_redis) for _ in range(20)))
    finally:
        own_redis.resume()


async def test_a_redis_that_is_full_refuses_as_an_outage(
    edge_on_own_redis: RunningEdge, own_redis: RedisProcess
) -> None:
    with redis.Redis.from_url(own_redis.url) as direct:
        direct.config_set("maxmemory", "1mb")
        await _expect_503(edge_on_own_redis)
        direct.config_set("maxmemory", "0")
    assert (await edge_on_own_redis.post()).status_code == 202


async def test_without_a_database_a_credential_is_never_called_unknown(redis_url: str) -> None:
    database_url = NO_DATABASE.format(port=free_port())
    async with run_edge(redis_url=redis_url, database_url=database_url) as edge:
        await _expect_503(edge)
        with_key = await edge.post(body={"visitor_id": "v1"}, key="pk_unknown")
        assert with_key.status_code == 503
        receipt = await edge.client.get(f"/api/widget/operations/op_{'0' * 32}?app_id=proj_1")
        assert receipt.status_code == 503
        ready = await edge.client.get("/readyz")
        assert (ready.status_code, ready.json()["failed"]) == (503, ["database"])
        assert (await edge.client.get("/healthz")).status_code == 200


async def test_while_redis_is_away_a_settled_receipt_can_be_read(
    edge_on_own_redis: RunningEdge, own_redis: RedisProcess, sqlite_project: Project
) -> None:
    operation_id = "op_" + "0" * 32
    sqlite_project.settle(operation_id)
    own_redis.stop()
    path = "/api/widget/operations/{}?app_id=proj_1"
    settled = await edge_on_own_redis.client.get(path.format(operation_id))
    unknown = await edge_on_own_redis.client.get(path.format("op_" + "1" * 32))
    assert (settled.status_code, unknown.status_code) == (200, 503)


async def test_what_is_away_is_named_with_the_reason(sqlite_url: str) -> None:
    nowhere = f"postgresql://hal:{PASSWORD}@127.0.0.1:1/hal"
    for redis_url, database_url, failed in (
        (f"redis://hal:{PASSWORD}@127.0.0.1:1/0", sqlite_url, ["redis"]),
        (f"redis://hal:{PASSWORD}@127.0.0.1:1/0", nowhere, ["redis", "database"]),
    ):
        async with run_edge(redis_url=redis_url, database_url=database_url) as edge:
            told = await edge.client.get("/readyz")
        assert (told.status_code, told.json()["failed"]) == (503, failed)
        reasons = {told.json()["checks"][name]["reason"] for name in failed}
        assert reasons == {"connection refused"}
        assert PASSWORD not in told.text


async def test_a_database_that_does_not_answer_is_named_with_the_reason(
    redis_url: str, tmp_path: Path
) -> None:
    database_url = f"sqlite:///{tmp_path}/not/there.db"
    async with run_edge(redis_url=redis_url, database_url=database_url) as edge:
        told = await edge.client.get("/readyz")
    assert told.json()["checks"]["database"]["reason"] == "unable to open database file"


async def test_an_unmigrated_database_is_named_and_logged(
    redis_url: str, unmigrated_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logs("INFO", "json")
    async with run_edge(redis_url=redis_url, database_url=unmigrated_url) as edge:
        ready = await edge.client.get("/readyz")
        assert (ready.status_code, ready.json()["failed"]) == (503, ["database"])
        assert "hal-ingest migrate" in ready.json()["checks"]["database"]["reason"]
        await _expect_503(edge)
    written = capfd.readouterr()
    assert "database_not_migrated" in written.out + written.err
    assert "hal-ingest migrate" in written.out + written.err


async def test_an_edge_is_ready_as_soon_as_the_database_is_migrated(
    redis_url: str, unmigrated_url: str
) -> None:
    async with run_edge(redis_url=redis_url, database_url=unmigrated_url) as edge:
        assert (await edge.client.get("/readyz")).status_code == 503
        await asyncio.to_thread(upgrade, unmigrated_url)
        assert (await edge.client.get("/readyz")).status_code == 200
