"""An edge in this process over a real Redis and a real database, and nobody who drains."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import pytest

from tests.acceptance.edge.running import Project, RunningEdge, make_project, run_edge

StartEdge = Callable[..., Awaitable[RunningEdge]]

# No test of these is about an outage: a busy machine must not look like one.
PATIENT = {"redis_timeout_s": 15.0, "database_timeout_s": 15.0}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def start_edge(redis_url: str) -> AsyncIterator[StartEdge]:
    """Starts edges; settings are given by name: `start_edge(database_url=…, widget_wait_s=0)`."""
    async with AsyncExitStack() as running:

        async def start(**settings: object) -> RunningEdge:
            given = {"redis_url": redis_url, "widget_wait_s": 0.0, **PATIENT, **settings}
            return await running.enter_async_context(run_edge(**given))

        yield start


@pytest.fixture
def project(database_url: str) -> Iterator[Project]:
    """A project on each of the two databases."""
    with make_project(database_url, "proj_1") as made:
        yield made


@pytest.fixture
def sqlite_project(sqlite_url: str) -> Iterator[Project]:
    """A project on SQLite, for what depends on no database."""
    with make_project(sqlite_url, "proj_1") as made:
        yield made


@pytest.fixture
async def edge(start_edge: StartEdge, project: Project) -> RunningEdge:
    """An edge that waits for no outcome, on each of the two databases."""
    return await start_edge(database_url=project.database_url)


@pytest.fixture
async def sqlite_edge(start_edge: StartEdge, sqlite_project: Project) -> RunningEdge:
    """The same on SQLite alone."""
    return await start_edge(database_url=sqlite_project.database_url)
