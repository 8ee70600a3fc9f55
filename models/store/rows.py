"""The rows of one project within a transaction, read and written in either database's dialect.

The statements go to the driver itself: SQLAlchemy's execution costs as much as a small statement.
"""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table

from models.store.columns import Row
from models.store.writes import Writes

LONG_STATEMENT_S = 300
"""What a statement has that may concern any number of rows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The project's rows of a table: all, or those whose `column` is among the values."""

    table: Table
    column: str | None = None
    values: Iterable[str] = ()


class Rows(Writes):
    """The rows of one project, within the transaction of a connection (models/store/dialects)."""

    part_size: int
    """How many operations to decide before what they change is written."""

    def __init__(self, connection: Connection, project_id: str) -> None:
        self.driver: Any = connection.connection.driver_connection
        self.project_id = project_id

    def fetch(self, *wanted: Wanted) -> list[list[Row]]:
        """The rows of each question, in one round trip where the database can."""
        asked = [
            None if one.column is not None and not one.values else self._question(one)
            for one in wanted
        ]
        questions = [question for question in asked if question is not None]
        # Even an empty round trip would be one.
        found = iter(self._ask(questions) if questions else ())
        return [
            [] if question is None else self._rows(one.table, next(found))
            for one, question in zip(wanted, asked, strict=True)
        ]

    @abstractmethod
    def lock(self, table: Table) -> bool:
        """Locks the project's only row of a table until the transaction ends.

        False where another transaction has it, or there is none.
        """

    @abstractmethod
    def used(self, table: Table, column: str, values: Iterable[str]) -> frozenset[str]:
        """Those of the values that a row has in the column, which an index leads to."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Any]:
        """Writes within it need not wait for one another; their errors show at its end."""

    @abstractmethod
    def check_references(self) -> None:
        """Checks the references of what is written so far, which the commit would do otherwise."""

    @abstractmethod
    def _question(self, wanted: Wanted) -> tuple[str, Row]: ...
    @abstractmethod
    def _ask(self, questions: Sequence[tuple[str, Row]]) -> list[list[Row]]: ...
    @abstractmethod
    def _rows(self, table: Table, found: list[Row]) -> list[Row]: ...
