"""The rows of several projects within one transaction (docs/adr/0026)."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table

from models.store.asking import Answers
from models.store.noted import Noted, Write, carry_out
from models.store.rows import Rows, Wanted
from models.store.sqlite import SqliteRows


class SeveralRows(ABC):
    """Reads and writes what belongs to several projects; each sees its own only."""

    @abstractmethod
    def lock(self, table: Table, project_ids: Sequence[str]) -> Sequence[str]:
        """Locks the only row that each project has of a table until the transaction ends.

        Returns the projects of which no other transaction has it.
        """

    @abstractmethod
    def fetch(self, wanted: Mapping[str, Sequence[Wanted]]) -> Mapping[str, Answers]:
        """The answers to each project's questions, of which no two have the same column."""

    @abstractmethod
    def noted(self, project_id: str) -> Noted:
        """Where what is to be written of a project is noted."""

    @abstractmethod
    def write(self, writes: Mapping[str, Sequence[Write]]) -> None:
        """Writes what is noted, by project."""


class SqliteSeveralRows(SeveralRows):
    """One project after the other: a statement costs no round trip."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, table: Table, project_ids: Sequence[str]) -> Sequence[str]:
        return [each for each in project_ids if self._rows(each).lock(table)]

    def fetch(self, wanted: Mapping[str, Sequence[Wanted]]) -> Mapping[str, Answers]:
        return {
            project_id: self._rows(project_id).fetch(*each) for project_id, each in wanted.items()
        }

    def noted(self, project_id: str) -> Noted:
        return Noted(project_id, self._rows(project_id))

    def write(self, writes: Mapping[str, Sequence[Write]]) -> None:
        for project_id, each in writes.items():
            rows = self._rows(project_id)
            for write in each:
                carry_out(write, rows)

    def _rows(self, project_id: str) -> Rows:
        return SqliteRows(self._connection, project_id)
