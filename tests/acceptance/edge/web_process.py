"""An edge in a process of its own on SQLite, for what depends on no database and on no worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.acceptance.edge.running import make_project
from tests.services.databases import sqlite_database
from tests.services.processes import Services, WebProcess
from tests.services.redis_process import RedisProcess
from tests.services.run_folder import run_folder


@contextmanager
def web_process(folder: Path, **settings: object) -> Iterator[WebProcess]:
    """Yield an edge with the project `proj_1`, that waits for no outcome."""
    url = sqlite_database(folder)
    with (
        RedisProcess(durable=False, parent=run_folder()) as server,
        make_project(url, "proj_1"),
        Services(server.url, url, folder) as services,
    ):
        yield services.start_web(widget_wait_s=0, **settings)
