"""A request as the routes see it: headers looked up once, nothing read before it is wanted.

Starlette's Request would build several objects for each header and URL that is looked at.
"""

from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Receive, Scope

from ingest_api.answers import Header
from ingest_api.caller import Caller
from ingest_api.errors import invalid_request, no_such_record
from ingest_api.exact_path import read_segment
from models.operations.invalid_request import field_fault, json_pointer
from models.rules.visitor_id import ID_LIMIT_CHARS
from workers.mailbox.trace import Trace

QUERY_FIELDS_LIMIT = 20
QUERY_NAME_SHOWN_CHARS = 100


class Incoming:
    """One HTTP request. `cors` are the headers that its answer gets for a browser's sake.

    `caller` is set before the handler of an account or v1 route is called. `rate_limits` are the
    headers that tell, once it is known, what its operations left in their token buckets.
    """

    __slots__ = ("_headers", "body_timeout_s", "caller", "cors", "rate_limits", "receive", "scope")

    caller: Caller

    def __init__(self, scope: Scope, receive: Receive, body_timeout_s: float) -> None:
        self.scope = scope
        self.receive = receive
        self.body_timeout_s = body_timeout_s
        self.cors: tuple[Header, ...] = ()
        self.rate_limits: tuple[Header, ...] = ()
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name, []).append(value)
        self._headers = headers

    @property
    def method(self) -> str:
        method: str = self.scope["method"]
        return method

    @property
    def traceparent(self) -> str | None:
        """The trace that the caller brought, as it is carried on."""
        trace: Trace | None = self.scope["notes"].trace
        return None if trace is None else trace.traceparent

    def note_project(self, project_id: str) -> None:
        """Has the request's log line name the project."""
        self.scope["notes"].project_id = project_id

    @property
    def path_parameters(self) -> dict[str, Any]:
        parameters: dict[str, Any] = self.scope["path_params"]
        return parameters

    def path_id(self, name: str) -> str:
        """An id that the path names, exactly as it was encoded.

        Raises Problem 404 `not_found`, as for any record that does not exist, for what no record's
        id can be and a database may refuse.
        """
        record_id = read_segment(self.path_parameters[name])
        if record_id is None or "\0" in record_id or len(record_id) > ID_LIMIT_CHARS:
            raise no_such_record()
        return record_id

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
        """A query parameter that may stand once; others are ignored.

        Raises Problem 400 for a broken query.
        """
        values = self._query().get(name, [])
        if len(values) > 1:
            raise invalid_request(f"{name} stands more than once in the query.")
        return values[0] if values else None

    def query_fields(self, known: Collection[str]) -> dict[str, str]:
        """The query parameters of an account or v1 route, by name.

        Raises Problem 400 for a broken query, InvalidRequest with the pointer `/name` for a
        parameter that is not among the known ones, stands twice, or holds U+0000.
        """
        fields: dict[str, str] = {}
        for name, values in self._query().items():
            pointer = json_pointer(name[:QUERY_NAME_SHOWN_CHARS])
            if name not in known:
                raise field_fault(pointer, "There is no such query parameter here.")
            if len(values) > 1:
                raise field_fault(pointer, "Once in a query.")
            if "\0" in values[0]:
                raise field_fault(pointer, "Without U+0000.")
            fields[name] = values[0]
        return fields

    def _query(self) -> dict[str, list[str]]:
        raw: bytes = self.scope["query_string"]
        if not raw:
            return {}
        try:
            return parse_qs(
                raw.decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=QUERY_FIELDS_LIMIT,
            )
        except ValueError:
            raise invalid_request("The query of the URL cannot be read.") from None
