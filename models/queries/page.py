"""A part of a list: from where on, how much, and what was found (contract §11).

Lists go on after the last row that was shown and not after so many rows: what is added meanwhile
does not move a page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Position = TypeVar("Position")
Row = TypeVar("Row")

SMALL_READ = 51
LARGE_READ = 201


@dataclass(frozen=True, slots=True)
class Page(Generic[Position]):
    """At most `limit` rows (1 to 200) that stand behind `after`; None is the beginning."""

    limit: int
    after: Position | None = None

    @property
    def read_limit(self) -> int:
        """How many rows to read, one more than wanted to see whether there is a next page.

        One of two numbers, so that it can stand in a prepared statement: PostgreSQL takes a
        limit that is a parameter for a tenth of the table, and plans for that.
        """
        return SMALL_READ if self.limit < SMALL_READ else LARGE_READ

    def of(
        self,
        rows: Sequence[Row],
        document: Callable[[Row], dict[str, Any]],
        position: Callable[[Row], Position],
    ) -> "Found[Position]":
        """The page of the rows that were read."""
        shown = rows[: self.limit]
        goes_on = len(rows) > self.limit
        return Found([document(row) for row in shown], position(shown[-1]) if goes_on else None)


@dataclass(frozen=True, slots=True)
class Found(Generic[Position]):
    """Documents of a page, and the position of its last row if there are more behind it."""

    items: list[dict[str, Any]]
    last: Position | None


Moment = tuple[int, int]
"""Where a row of a timeline stands: when it happened in epoch milliseconds, and its rank."""
