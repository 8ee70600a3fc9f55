"""The services that the other tests stand on are real, empty and a test's own."""

from pathlib import Path

import pytest
import redis
from sqlalchemy import create_engine, inspect, text

from tests.services.redis_process import RedisProcess


def _rows_written_once(database_url: str) -> int:
    engine = create_engine(database_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE mark (at INTEGER)"))
            connection.execute(text("INSERT INTO mark VALUES (1)"))
            return int(connection.execute(text("SELECT count(*) FROM mark")).scalar_one())
    finally:
        engine.dispose()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_an_empty_migrated_database(database_url: str, turn: str) -> None:
    engine = create_engine(database_url)
    tables = set(inspect(engine).get_table_names())
    engine.dispose()
    assert "alembic_version" in tables, turn
    assert _rows_written_once(database_url) == 1


def test_the_postgresql_is_a_real_one(postgresql_url: str) -> None:
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        assert "PostgreSQL" in connection.execute(text("SELECT version()")).scalar_one()
    engine.dispose()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_an_empty_redis(redis_url: str, turn: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0, turn
        client.set("left", "over")


def test_a_durable_redis_keeps_its_data_when_it_is_killed(own_redis: RedisProcess) -> None:
    with redis.Redis.from_url(own_redis.url) as client:
        client.xadd("mailbox:p", {"e": "{}"})
    own_redis.kill()
    own_redis.start()
    with redis.Redis.from_url(own_redis.url) as client:
        assert client.xlen("mailbox:p") == 1


def test_a_sqlite_database_is_one_file_in_the_tests_own_folder(
    sqlite_url: str, tmp_path: Path
) -> None:
    assert sqlite_url == f"sqlite:///{tmp_path / 'hal-ingest.db'}"
