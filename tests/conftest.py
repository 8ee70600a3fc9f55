"""Fixtures that every test may ask for: real databases, a real Redis, the product's processes."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from hypothesis import HealthCheck, settings

from tests.services.databases import (
    drop_postgresql_template,
    empty_postgresql_database,
    postgresql_database,
    sqlite_database,
)
from tests.services.processes import Services
from tests.services.redis_process import RedisProcess
from tests.services.run_folder import RunFolder, run_folder

_run_folders: list[RunFolder] = []

# Properties fail for what they find, never for how busy the machine is. Developers' runs explore;
# what decides over landing is the same each time.
settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    """Make what all processes of this run share; the controlling process alone does so."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # As in the background of a shell: so would all processes that tests start.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        _run_folders.append(RunFolder())


def pytest_unconfigure() -> None:
    """End what all processes of this run shared, also after Ctrl-C."""
    while _run_folders:
        shared = _run_folders.pop()
        try:
            drop_postgresql_template(shared.path)
        finally:
            shared.close()


@pytest.fixture(scope="session")
def _shared_redis() -> Iterator[RedisProcess]:
    with RedisProcess(durable=False, parent=run_folder()) as process:
        yield process


@pytest.fixture
def redis_url(_shared_redis: RedisProcess) -> str:
    """URL of a real, empty Redis, shared by the tests of one process one after the other."""
    with redis.Redis.from_url(_shared_redis.url) as client:
        client.flushall()
    return _shared_redis.url


@pytest.fixture
def own_redis() -> Iterator[RedisProcess]:
    """A running, durable Redis of this test's own, to stop, kill, pause and start again."""
    with RedisProcess(durable=True, parent=run_folder()) as process:
        yield process


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of a migrated, empty SQLite database of this test's own."""
    return sqlite_database(tmp_path)


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """URL of a migrated, empty database of this test's own on a real PostgreSQL."""
    with postgresql_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a migrated, empty database; the test runs once on each of the two kinds."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def _empty_postgresql_url() -> Iterator[str]:
    with empty_postgresql_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def unmigrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without tables; the test runs once on each of the two kinds."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("_empty_postgresql_url")
        return url
    (tmp_path / "empty.db").touch()
    return f"sqlite:///{tmp_path}/empty.db"


@pytest.fixture
def services(redis_url: str, database_url: str, tmp_path: Path) -> Iterator[Services]:
    """Starts edges and workers on this test's Redis and database."""
    with Services(redis_url, database_url, tmp_path) as running:
        yield running
