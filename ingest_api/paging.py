"""What every list has in common: `limit`, `cursor`, filters, and the shape of the answer (§11)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest_api.answers import Answer
from ingest_api.cursors import (
    BadCursor,
    list_digest,
    read_id_cursor,
    read_moment_cursor,
    write_cursor,
)
from ingest_api.exact_json import exact_answer
from ingest_api.incoming import Incoming
from ingest_api.query_fields import query_fields, whole_number
from models.operations.invalid_request import field_fault
from models.queries.page import Found, Moment, Page

DEFAULT_LIMIT = 50
MOST_LIMIT = 200

_OWN_FIELDS = frozenset({"limit", "cursor"})


@dataclass(frozen=True, slots=True)
class ListRequest:
    """A list as it was asked for; `filters` are texts as they were sent.

    `scope` names the project and the list. A cursor belongs to both and to the filters.
    """

    scope: str
    filters: Mapping[str, str]
    limit: int
    cursor: str | None = field(default=None, repr=False)

    def page_by_id(self) -> Page[str]:
        """The page of a list that is ordered by id. Raises InvalidRequest for a bad cursor."""
        if self.cursor is None:
            return Page(self.limit)
        try:
            return Page(self.limit, read_id_cursor(self._digest(), self.cursor))
        except BadCursor:
            raise _bad_cursor() from None

    def page_by_moment(self) -> Page[Moment]:
        """The page of a timeline. Raises InvalidRequest for a bad cursor."""
        if self.cursor is None:
            return Page(self.limit)
        try:
            return Page(self.limit, read_moment_cursor(self._digest(), self.cursor))
        except BadCursor:
            raise _bad_cursor() from None

    def answer(self, found: Found[str] | Found[Moment]) -> Answer:
        """The page, and the cursor of the next one if there is one."""
        last = found.last
        next_cursor = None if last is None else write_cursor(self._digest(), last)
        return exact_answer(200, {"items": found.items, "next_cursor": next_cursor})

    def _digest(self) -> str:
        return list_digest(self.scope, self.filters)


def read_list_request(incoming: Incoming, scope: str, filters: Collection[str] = ()) -> ListRequest:
    """The list that a query asks for; `filters` are the names that it may use.

    Raises InvalidRequest for a bad limit and for a parameter that is unknown or stands twice.
    """
    sent = query_fields(incoming, _OWN_FIELDS.union(filters))
    limit = DEFAULT_LIMIT
    if "limit" in sent:
        limit = whole_number("limit", sent.pop("limit"), 1, MOST_LIMIT)
    return ListRequest(scope, sent, limit, sent.pop("cursor", None))


def whole_list(items: Sequence[Mapping[str, Any]]) -> Answer:
    """A list that is never longer than a page."""
    return exact_answer(200, {"items": items, "next_cursor": None})


def _bad_cursor() -> Exception:
    return field_fault("/cursor", "No cursor of this list with these filters.")
