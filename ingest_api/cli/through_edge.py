"""What an edge can do, for one command: the same code that answers HTTP, without HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from config.logs import configure_logs
from config.metric_files import count_in
from config.settings import load_settings
from ingest_api.caller import Caller
from ingest_api.edge import Edge
from ingest_api.embedded.beside import beside_up
from models.provisioning.refusals import project_not_found

Result = TypeVar("Result")


def through_edge(work: Callable[[Edge], Awaitable[Result]]) -> Result:
    """What the work returns, with an edge that lives as long as it takes.

    Raises SettingsError, and what the work raises.
    """
    settings = beside_up(load_settings())
    configure_logs("ERROR", settings.log_format)
    count_in(None)  # it is no edge that anybody watches

    async def run() -> Result:
        edge = Edge(settings)
        async with edge.running():
            return await work(edge)

    return asyncio.run(run())


async def operator(edge: Edge, project_id: str) -> Caller:
    """Who types commands may see and do what a secret token may. Raises NotFound."""
    project = await edge.projects.by_project(project_id)
    if project is None:
        raise project_not_found(project_id)
    return Caller(project, "secret", by_key=True, family="account")
