"""The quick way to a route: one look for a path without parameters, which all widget writes have.

Starlette's router tries one route after the other; it serves what is not found here.
"""

from collections.abc import Iterable

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


class FixedPaths:
    """Hands a request to the route whose path it names, else to `others`."""

    def __init__(self, routes: Iterable[Route], others: ASGIApp) -> None:
        self._routes = {route.path: route for route in routes if not route.param_convertors}
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The server's own start and end are called with a scope that has no path.
        route = self._routes.get(scope.get("path", ""))
        if route is None:
            await self._others(scope, receive, send)
            return
        scope["route"], scope["path_params"] = route, {}
        await route.app(scope, receive, send)
