"""Set-based writing of whole rows of one project."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table

from models.store.columns import Row


class Writes(ABC):
    """What `save` and the ledger do to the rows of a project, in their order."""

    project_id: str

    @abstractmethod
    def take_time(self) -> None:
        """Lets what is left of the transaction take longer than statements usually may."""

    @abstractmethod
    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Adds rows; one that exists already is an error, and so a bug that shows."""

    @abstractmethod
    def update(self, table: Table, rows: Sequence[Row]) -> None:
        """Writes whole rows over those with the same keys."""

    @abstractmethod
    def by_key(self, action: str, table: Table, keys: Sequence[Row]) -> None:
        """Does an action (`DELETE FROM …`, `UPDATE … SET …`) to the rows with these keys."""

    @abstractmethod
    def json_field(self, column: str, name: str) -> str:
        """The expression of a text field of a JSON column."""

    @abstractmethod
    def run(self, statement: str, parameters: Sequence[dict[str, Any]]) -> None:
        """Runs a statement with `{name}` places once for each set of values."""

    def delete(self, table: Table, keys: Sequence[Row]) -> None:
        """Removes the rows with these keys."""
        self.by_key(f"DELETE FROM {table.name}", table, keys)

    def empty(self, table: Table, column: str, keys: Sequence[Row]) -> None:
        """Sets a unique column to null, so that another row can take its value meanwhile."""
        self.by_key(f"UPDATE {table.name} SET {column} = NULL", table, keys)
