"""A request as the routes see it: headers looked up once, nothing read before it is wanted.

Starlette's Request would build several objects for each header and URL that is looked at.
"""

from typing import Any
from urllib.parse import parse_qs

from starlette.types import Receive, Scope

from ingest_api.answers import Header
from ingest_api.errors import invalid_request

QUERY_FIELDS_LIMIT = 20


class Incoming:
    """One HTTP request. `cors` are the headers that its answer gets for a browser's sake."""

    __slots__ = ("_headers", "cors", "receive", "scope")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.receive = receive
        self.cors: tuple[Header, ...] = ()
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name, []).append(value)
        self._headers = headers

    @property
    def method(self) -> str:
        method: str = self.scope["method"]
        return method

    @property
    def path_parameters(self) -> dict[str, Any]:
        parameters: dict[str, Any] = self.scope["path_params"]
        return parameters

    def header_values(self, name: bytes) -> list[bytes]:
        """Each of a header's lines; `name` in lower case."""
        return self._headers.get(name, [])

    def header(self, name: bytes) -> bytes | None:
        """A header that may stand once. Raises Problem 400 where it stands more often."""
        values = self._headers.get(name)
        if values is None:
            return None
        if len(values) > 1:
            raise invalid_request(f"More than one {name.decode('ascii').title()} header.")
        return values[0]

    def query(self, name: str) -> str | None:
        """A query parameter that may stand once. Raises Problem 400 for a broken query."""
        raw: bytes = self.scope["query_string"]
        if not raw:
            return None
        try:
            fields = parse_qs(
                raw.decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=QUERY_FIELDS_LIMIT,
            )
        except ValueError:
            raise invalid_request("The query of the URL cannot be read.") from None
        values = fields.get(name, [])
        if len(values) > 1:
            raise invalid_request(f"{name} stands more than once in the query.")
        return values[0] if values else None
