"""Lists of records, newest first: which rows pass the filters, a page at a time (contract §11).

Each filter has an index whose rows stand in the order of the list. The first filter given leads
through its index, the others are looked up for each row that it finds, until the page is full.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Connection

from models.queries.page import Found, Page
from models.queries.statement import Row, Statement

STATEMENTS_KEPT = 1_024
"""More than the filters can be combined to, but for searches of many words."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows of a table pass, and the column in which the records' ids stand."""

    table: str
    id_column: str
    condition: str


class Wanted(Protocol):
    """A value for each filter of a listing under the filter's name, None where it is not used."""

    @property
    def q(self) -> Sequence[str]:
        """Words that all occur in what a record is searched by, as search keys."""
        ...


@dataclass(frozen=True, eq=False)
class Listing:
    """A kind of record, alias `r`, with its columns and its filters, the most selective first.

    The first column is the record's id; `document` shows a row. A search looks at the table's
    `search_text`, of which an index holds a copy.
    """

    table: str
    columns: str
    filters: Mapping[str, Filter]
    document: Callable[[Row], dict[str, Any]]

    def page(
        self, connection: Connection, project_id: str, wanted: Wanted, page: Page[str]
    ) -> Found[str]:
        """The page of the records that pass all filters, newest first."""
        given = {
            name: value for name in self.filters if (value := getattr(wanted, name)) is not None
        }
        rows = self._rows(connection, project_id, given, wanted.q, page)
        return page.of(rows, self.document, _id_of)

    def _rows(
        self,
        connection: Connection,
        project_id: str,
        given: Mapping[str, Any],
        words: Sequence[str],
        page: Page[str],
    ) -> list[Row]:
        """The rows of a page, and one more if there is a next page."""
        used = tuple(given)
        statement = _statement(self, used, len(words), page.after is not None, page.read_limit)
        values = {"project_id": project_id, "after": page.after, **given}
        values.update((f"word_{at}", word) for at, word in enumerate(words))
        return statement.rows(connection, values)


def _id_of(row: Row) -> str:
    return str(row[0])


@lru_cache(STATEMENTS_KEPT)
def _statement(
    listing: Listing, used: tuple[str, ...], words: int, goes_on: bool, read_limit: int
) -> Statement:
    whole = Filter(listing.table, "id", "")
    leading, *others = [listing.filters[name] for name in used] or [whole]
    is_own = leading.table == listing.table
    conditions = ["r.project_id = :project_id"] if is_own else ["f.project_id = :project_id"]
    alias = "r" if is_own else "f"
    if leading.condition:
        conditions.append(f"{alias}.{leading.condition}")
    leading_id = f"{alias}.{leading.id_column}"
    if goes_on:
        conditions.append(f"{leading_id} < :after")
    conditions += [_also(each, leading, alias) for each in others]
    if words:
        conditions.append(_holds_words(listing.table, words, alias, leading_id, is_own))
    ids = (
        f"FROM {leading.table} AS {alias} WHERE {' AND '.join(conditions)}"
        f" ORDER BY {leading_id} DESC LIMIT {read_limit}"
    )
    if is_own and not words:
        return Statement(f"SELECT {listing.columns} {ids}")
    return Statement(
        f"SELECT {listing.columns} FROM (SELECT {leading_id} AS id {ids}) AS page"
        f" JOIN {listing.table} AS r ON r.project_id = :project_id AND r.id = page.id"
        " ORDER BY page.id DESC"
    )


def _also(other: Filter, leading: Filter, alias: str) -> str:
    if other.table == leading.table:
        # IS TRUE keeps a condition away from the indexes: the first filter leads through its own.
        return f"({alias}.{other.condition}) IS TRUE"
    return (
        f"EXISTS (SELECT 1 FROM {other.table} AS o WHERE o.project_id = :project_id"
        f" AND o.{other.id_column} = {alias}.{leading.id_column} AND o.{other.condition})"
    )


def _holds_words(table: str, words: int, alias: str, leading_id: str, is_own: bool) -> str:
    searched = alias if is_own else "s"
    # The index has only the rows that have a search text, and is used only where this is said.
    found = [f"{searched}.search_text IS NOT NULL"]
    found += [f"{{position}}({searched}.search_text, :word_{at}) > 0" for at in range(words)]
    holds = " AND ".join(found)
    if is_own:
        return holds
    return (
        f"EXISTS (SELECT 1 FROM {table} AS s WHERE s.project_id = :project_id"
        f" AND s.id = {leading_id} AND {holds})"
    )
