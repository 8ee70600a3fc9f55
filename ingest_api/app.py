"""The edge as an ASGI application.

Served by several processes as `uvicorn --factory ingest_api.app:app_from_environment`.
"""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.types import ASGIApp, Lifespan

from config.exception_text import tell_uncaught_errors_without_their_text
from config.logs import configure_logs
from config.metric_files import count_in
from config.settings import Settings, load_settings
from config.supervising.lifeline import end_with_spawner
from ingest_api.edge import Edge
from ingest_api.fixed_paths import FixedPaths
from ingest_api.front_door import FrontDoor
from ingest_api.overrun import Overrun
from ingest_api.request_log import RequestLog
from ingest_api.route_table import Nowhere, build_routes

GARBAGE_THRESHOLD = 100_000
"""By how many objects more than before a collection begins. Requests leave no cycles behind: only
those under way count, some 40 objects each. At Python's 700 collections took a fifth of an accept,
at 10,000 and 2,500 callers at once a seventh of all.
"""


class EdgeApp(Starlette):
    """Starlette without its own error layers: the front door answers for all of them."""

    def __init__(self, edge: Edge, lifespan: Lifespan["EdgeApp"]) -> None:
        self._edge_routes = build_routes(edge)
        super().__init__(routes=self._edge_routes, lifespan=lifespan)
        self.router.default = Nowhere()
        self.router.redirect_slashes = False
        self.state.edge = edge
        self._log = RequestLog(edge.settings.log_requests)
        self.state.overrun = Overrun(edge, self._log, self._edge_routes)

    def build_middleware_stack(self) -> ASGIApp:
        edge: Edge = self.state.edge
        paths = FixedPaths(self._edge_routes, self.router)
        return FrontDoor(paths, edge.metrics, self._log, edge.settings.retry_after_s)


def create_app(settings: Settings) -> Starlette:
    """An edge; it connects when its lifespan begins and closes everything when that ends."""
    edge = Edge(settings)

    @asynccontextmanager
    async def lifespan(_app: EdgeApp) -> AsyncIterator[None]:
        async with edge.running():
            yield

    return EdgeApp(edge, lifespan)


def app_from_environment() -> Starlette:
    """The edge with the settings of the environment; one of `web --workers N` ends with its parent.

    Raises SettingsError.
    """
    settings = load_settings()
    end_with_spawner()
    tell_uncaught_errors_without_their_text()
    configure_logs(settings.log_level, settings.log_format)
    count_in(settings.metrics_folder)
    app = create_app(settings)
    _spare_the_collector()
    return app


def _spare_the_collector() -> None:
    """What was imported lives as long as the process: no collection looks at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, 20, 100)
