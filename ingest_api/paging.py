"""What every list has in common: `limit`, `cursor`, filters, and the shape of the answer (§11)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest_api.answers import Answer
from ingest_api.cursors import (
    BadCursor,
    list_digest,
    read_id_cursor,
    read_moment_cursor,
    read_place_cursor,
    write_cursor,
)
from ingest_api.exact_json import exact_answer
from ingest_api.incoming import Incoming
from ingest_api.query_fields import Reader, whole_number
from models.operations.invalid_request import field_fault
from models.queries.page import Found, Moment, Page

DEFAULT_LIMIT = 50
MOST_LIMIT = 200

NO_FILTERS: Mapping[str, Reader] = {}

_OWN_FIELDS = frozenset({"limit", "cursor"})


@dataclass(frozen=True, slots=True)
class ListRequest:
    """A list as it was asked for: `sent` are the filters' texts, `filters` their values.

    `scope` names the project and the list. A cursor belongs to both and to the filters.
    """

    scope: str
    sent: Mapping[str, str]
    filters: Mapping[str, Any]
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

    def page_by_place(self) -> Page[int]:
        """The page of a list with an order of its own. Raises InvalidRequest for a bad cursor."""
        if self.cursor is None:
            return Page(self.limit)
        try:
            return Page(self.limit, read_place_cursor(self._digest(), self.cursor))
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

    def answer(self, found: Found[str] | Found[int] | Found[Moment]) -> Answer:
        """The page, and the cursor of the next one if there is one."""
        last = found.last
        next_cursor = None if last is None else write_cursor(self._digest(), last)
        return exact_answer(200, {"items": found.items, "next_cursor": next_cursor})

    def _digest(self) -> str:
        return list_digest(self.scope, self.sent)


def read_list_request(
    incoming: Incoming, name: str, filters: Mapping[str, Reader] = NO_FILTERS
) -> ListRequest:
    """The list that a query asks for; `filters` reads each filter that it may use.

    Raises InvalidRequest for a bad limit or filter, and for a parameter that is unknown, stands
    twice, or holds what no text may hold.
    """
    sent = incoming.query_fields(_OWN_FIELDS.union(filters))
    limit_text, cursor = sent.pop("limit", None), sent.pop("cursor", None)
    return ListRequest(
        f"{incoming.caller.project.id} {name}",
        sent,
        {name: filters[name](name, text) for name, text in sent.items()},
        DEFAULT_LIMIT if limit_text is None else whole_number("limit", limit_text, 1, MOST_LIMIT),
        cursor,
    )


def _bad_cursor() -> Exception:
    return field_fault("/cursor", "No cursor of this list with these filters.")
