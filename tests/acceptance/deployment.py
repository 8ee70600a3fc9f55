"""The whole product, running: an edge and workers as processes, shared by many tests.

Each test works in a project of its own.
"""

import itertools
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx2

from models.database import Database
from models.operations.project_settings import ProjectSettingsUpdate
from models.provisioning.projects import create_project, update_project
from tests.acceptance.project import Project
from tests.services.databases import postgresql_database, sqlite_database
from tests.services.processes import ServiceProcess, Services, WebProcess
from tests.services.redis_process import RedisProcess
from tests.services.run_folder import run_folder

STAGES = ("Lead", "Qualified", "Proposal", "Customer")
WORKERS = 2
CLIENT_TIMEOUT_S = 40.0
_numbers = itertools.count()


@dataclass(frozen=True)
class Deployment:
    """One edge, its workers, and what they stand on."""

    services: Services
    web: WebProcess
    workers: list[ServiceProcess]
    database: Database
    client: httpx2.Client

    @property
    def redis_url(self) -> str:
        """The Redis of this deployment."""
        return self.services.redis_url

    def new_project(
        self, project_id: str | None = None, stages: tuple[str, ...] = STAGES, **settings: object
    ) -> Project:
        """Make a project with these settings; without an id it gets one that nobody has."""
        made = project_id or f"proj_{os.getpid()}_{next(_numbers)}"
        now_ms = time.time_ns() // 1_000_000
        with self.database.transaction() as connection:
            created = create_project(connection, made, "Test", stages, now_ms)
            wanted = ProjectSettingsUpdate.model_validate(settings)
            update_project(connection, made, wanted, now_ms)
        return Project(created, self.client, self.database)


@contextmanager
def deploy(
    redis_url: str, database_url: str, folder: Path, *, workers: int = WORKERS, **settings: object
) -> Iterator[Deployment]:
    """Run an edge and workers on this Redis and this database until the block is left."""
    with (
        closing(Database(database_url)) as database,
        Services(redis_url, database_url, folder, **settings) as services,
    ):
        web = services.start_web()
        started = [services.start_worker() for _ in range(workers)]
        with httpx2.Client(base_url=web.url, timeout=CLIENT_TIMEOUT_S) as client:
            yield Deployment(services, web, started, database, client)


@contextmanager
def database_of_kind(kind: str, folder: Path) -> Iterator[str]:
    """Yield the URL of a migrated, empty database: `sqlite` or `postgresql`."""
    if kind == "sqlite":
        yield sqlite_database(folder)
        return
    with postgresql_database() as url:
        yield url


# What many tests share is not where outages are tested: a busy machine must not look like one.
PATIENT: dict[str, Any] = {
    "redis_timeout_s": 15.0,
    "database_timeout_s": 15.0,
    "widget_wait_s": 15.0,
}


class Deployments:
    """One deployment a kind of database, started when a test first asks for it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._running: dict[str, Deployment] = {}

    def on(self, kind: str) -> Deployment:
        """The deployment on this kind of database."""
        if kind not in self._running:
            # A start that fails leaves nothing running, and each test that tries tells the reason.
            folder = Path(mkdtemp(prefix=f"{kind}-", dir=self._folder))
            with ExitStack() as parts:
                redis = parts.enter_context(RedisProcess(durable=False, parent=run_folder()))
                database_url = parts.enter_context(database_of_kind(kind, folder))
                running = deploy(redis.url, database_url, folder, **PATIENT)
                self._running[kind] = parts.enter_context(running)
                self._stack.enter_context(parts.pop_all())
        return self._running[kind]
