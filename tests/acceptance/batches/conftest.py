"""Batches at an edge in this process without a worker, and against the whole product."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.acceptance.batches.sending import BatchCaller
from tests.acceptance.edge.running import Project, make_project, run_edge


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def edge_project(sqlite_url: str) -> Iterator[Project]:
    """A project on SQLite: what an edge does without a worker depends on no database."""
    with make_project(sqlite_url, "proj_1") as made:
        yield made


@pytest.fixture
async def caller(redis_url: str, edge_project: Project) -> AsyncIterator[BatchCaller]:
    """A caller of an edge that waits only where it is asked to."""
    settings = {"redis_url": redis_url, "database_url": edge_project.database_url}
    async with run_edge(**settings, widget_wait_s=0.0, account_wait_s=0.0) as edge:
        yield BatchCaller(edge, edge_project)
