"""What `doctor` finds and how it says to mend it: each check on real stores (contract §13)."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from sqlalchemy import insert, text

from config.settings import Settings
from ingest_api.cli.diagnosis.of_connections import check_connections
from ingest_api.cli.diagnosis.of_database import check_database
from ingest_api.cli.diagnosis.of_dead_letters import check_dead_letters
from ingest_api.cli.diagnosis.of_edges import check_edges
from ingest_api.cli.diagnosis.of_mailboxes import check_mailboxes
from ingest_api.cli.diagnosis.of_metrics import check_metrics
from ingest_api.cli.diagnosis.of_redis import check_redis
from ingest_api.cli.diagnosis.of_workers import check_workers
from ingest_api.edge import Edge
from models.database import Database
from models.tables import DeadLetterTable
from tests.integration.mailbox.world import World
from workers.mailbox import layout
from workers.mailbox.envelope import ENVELOPE_VERSION
from workers.mailbox.layout import bulk_key

MEBIBYTE = 1024 * 1024


@pytest.fixture
def world(redis_url: str) -> Iterator[World]:
    made = World(redis_url)
    yield made
    made.close()


def test_edges_of_another_database_of_the_same_redis_are_not_counted(redis_url: str) -> None:
    settings = Settings(redis_url=redis_url)
    with redis.Redis.from_url(redis_url) as ours, redis.Redis.from_url(redis_url, db=7) as theirs:
        assert check_edges(ours)[1] == 0
        edge = Edge(settings)
        with ours.pubsub() as listening:
            listening.subscribe(layout.outcomes_channel(edge.id))
            listening.get_message(timeout=5)
            assert check_edges(ours)[1] == 1
            assert (check_edges(theirs)[0].status, check_edges(theirs)[1]) == ("warn", 0)
        edge.database.close()


def test_no_waiting_operation_is_no_trouble(world: World) -> None:
    world.put("young")
    assert check_mailboxes(world.redis, 60.0).status == "ok"


def test_an_operation_that_waits_for_long_is_named_by_its_project(world: World) -> None:
    world.put("old", project="proj_1")
    world.redis.zadd("ready", {"proj_1": (time.time() - 75) * 1000})
    check = check_mailboxes(world.redis, 60.0)
    assert check.status == "warn"
    assert "operations of proj_1 have waited for up to 7" in check.detail
    assert "see that workers run" in check.mend


def test_a_head_of_a_newer_version_asks_for_newer_workers(world: World) -> None:
    newer = json.dumps({"version": ENVELOPE_VERSION + 1}).encode()
    world.redis.xadd(bulk_key("proj_1"), {"e": newer})
    world.redis.zadd("ready", {"proj_1": 1})
    assert "update the workers" in check_mailboxes(world.redis, 60.0).mend


def test_what_redis_does_not_tell_comes_with_a_way_to_mend_it(world: World) -> None:
    for key in ("ready", "workers"):
        world.redis.set(key, "something else's")
    for check in (check_mailboxes(world.redis, 60.0), check_workers(world.redis)[0]):
        assert (check.status, check.detail) == ("warn", "cannot be read (ResponseError WRONGTYPE)")
        assert "nothing else uses this database of Redis" in check.mend


def test_a_database_number_that_redis_does_not_have_is_named_as_the_fault(redis_url: str) -> None:
    far = f"{redis_url}?db=4711"
    (check,), client = check_redis(far, 5.0, MEBIBYTE, url_given=True)
    assert client is None
    assert "db index is out of range" in check.detail
    assert "database number" in check.mend


def test_a_database_of_a_newer_program_does_not_ask_for_a_migration(database_url: str) -> None:
    database = Database(database_url)
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '4711'"))
    checks, opened = check_database(Settings(database_url=database_url))
    database.close()
    assert opened is not None
    opened.close()
    (migrations,) = [check for check in checks if check.name == "migrations"]
    assert migrations.status == "warn"
    assert "4711 is of a newer program" in migrations.detail
    assert "update this program" in migrations.mend


def test_a_file_that_is_no_database_is_not_said_to_be_a_server(tmp_path: Path) -> None:
    file = tmp_path / "junk.db"
    file.write_text("this is no database " * 100)
    (check,), opened = check_database(Settings(database_url=f"sqlite:///{file}"))
    assert opened is None
    assert (check.status, check.detail) == ("fail", "cannot be used (file is not a database)")
    assert "names the file" in check.mend


def test_dead_letters_are_counted_by_project(database_url: str) -> None:
    database = Database(database_url)
    assert check_dead_letters(database).status == "ok"
    letters = [("proj_1", "op_1"), ("proj_2", "op_2"), ("proj_2", "op_3")]
    with database.transaction() as connection:
        for project_id, operation_id in letters:
            row = DeadLetterTable(
                project_id=project_id,
                operation_id=operation_id,
                type="track",
                envelope={},
                reason="KeyError",
                failed_at_ms=1,
            )
            connection.execute(insert(DeadLetterTable).values(row.model_dump()))
    check = check_dead_letters(database)
    database.close()
    assert (check.status, check.detail) == ("warn", "2 of proj_2, 1 of proj_1")
    assert "hal-ingest dead-letters list proj_2" in check.mend


def test_more_connections_than_postgresql_allows_are_told(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    few = Settings(database_url=postgresql_url, database_pool_size=1)
    many = Settings(database_url=postgresql_url, database_pool_size=100, web_workers=64)
    assert check_connections(database, few, edges=1, workers=1).status == "ok"
    check = check_connections(database, many, edges=2, workers=2)
    running = check_connections(database, few, edges=3, workers=1)
    database.close()
    assert "3 edge and 1 worker processes may take 4" in running.detail
    assert check.status == "warn"
    assert "64 edge and 2 worker processes may take 6600" in check.detail
    assert "max_connections" in check.mend


def test_a_redis_that_one_mailbox_can_fill_is_told(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as direct:
        direct.config_set("maxmemory", 300 * MEBIBYTE)
        try:
            checks, client = check_redis(redis_url, 5.0, 256 * MEBIBYTE, url_given=True)
        finally:
            direct.config_set("maxmemory", 0)
    assert client is not None
    client.close()
    (memory,) = [check for check in checks if check.name == "redis_memory"]
    assert memory.status == "warn"
    assert "one project's mailbox may fill it" in memory.detail
    assert "MAILBOX_MAX_BYTES" in memory.mend


def test_a_metrics_folder_that_cannot_be_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    fine = Settings(prometheus_multiproc_dir=str(tmp_path / "not" / "there" / "yet"))
    broken = Settings(prometheus_multiproc_dir=str(tmp_path / "file"))
    assert check_metrics(fine).status == "ok"
    assert check_metrics(broken).status == "warn"
    assert "PROMETHEUS_MULTIPROC_DIR" in check_metrics(broken).mend
