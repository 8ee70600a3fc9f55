"""Rows on SQLite: lists of rows, and one JSON array for a look-up."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Table

from models import compact_json
from models.engines import COMPUTING, Computing
from models.store.columns import (
    Row,
    column_names,
    encode,
    key_names,
    positions,
    project_column,
    written_names,
)
from models.store.rows import LONG_STATEMENT_S, Rows, Wanted


class SqliteRows(Rows):
    """Over a sqlite3 connection. It writes while the caller waits, so all at once."""

    part_size = sys.maxsize

    def __init__(self, connection: Connection, project_id: str) -> None:
        super().__init__(connection, project_id)
        self._computing: Computing = connection.info[COMPUTING]

    def lock(self, table: Table) -> bool:
        """A write transaction has locked the whole database already."""
        statement = f"SELECT 1 FROM {table.name} WHERE project_id = ?"
        return self.driver.execute(statement, (self.project_id,)).fetchone() is not None

    def used(self, table: Table, column: str, values: Iterable[str]) -> frozenset[str]:
        statement = (
            "SELECT given.value FROM json_each(?) AS given "
            f"WHERE EXISTS (SELECT 1 FROM {table.name} "
            f"WHERE project_id = ? AND {column} = given.value)"
        )
        found = self.driver.execute(statement, (encode(sorted(values)), self.project_id))
        return frozenset(value for (value,) in found)

    def writing(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def check_references(self) -> None:
        """SQLite counts what is missing, and only looks at the count when it commits."""

    def take_time(self) -> None:
        self._computing.begins(LONG_STATEMENT_S)

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        if not rows:
            return
        documents = positions(table, JSON)
        self.driver.executemany(
            _insertion(table), [(self.project_id, *_encoded(documents, row)) for row in rows]
        )

    def update(self, table: Table, rows: Sequence[Row]) -> None:
        if not rows:
            return
        statement, changed, keys = _change(table)
        documents = positions(table, JSON)
        self.driver.executemany(
            statement,
            [
                (*(row[at] for at in changed), self.project_id, *(row[at] for at in keys))
                for row in (_encoded(documents, row) for row in rows)
            ],
        )

    def by_key(self, action: str, table: Table, keys: Sequence[Row]) -> None:
        if not keys:
            return
        matched = " AND ".join(f"{name} = ?" for name in key_names(table))
        statement = f"{action} WHERE project_id = ? AND {matched}"
        self.driver.executemany(statement, [(self.project_id, *key) for key in sorted(keys)])

    def json_field(self, column: str, name: str) -> str:
        return f"json_extract({column}, '$.{name}')"

    def run(self, statement: str, parameters: Sequence[dict[str, Any]]) -> None:
        for values in parameters:
            self.driver.execute(statement.format(**{name: f":{name}" for name in values}), values)

    def _question(self, wanted: Wanted) -> tuple[str, Row]:
        if wanted.column is None:
            return _selection(wanted.table, None), (self.project_id,)
        values = encode(sorted(wanted.values))
        return _selection(wanted.table, wanted.column), (self.project_id, values)

    def _ask(self, questions: Sequence[tuple[str, Row]]) -> list[list[Row]]:
        return [self.driver.execute(*question).fetchall() for question in questions]

    def _rows(self, table: Table, found: list[Row]) -> list[Row]:
        documents, booleans = positions(table, JSON), positions(table, Boolean)
        return [_decoded(documents, booleans, row) for row in found]


@cache
def _selection(table: Table, column: str | None) -> str:
    names, project = ", ".join(column_names(table)), project_column(table)
    if column is None:
        return f"SELECT {names} FROM {table.name} WHERE {project} = ?"
    return (
        f"SELECT {names} FROM {table.name}{_led_by(table, project, column)} "
        f"WHERE {project} = ? AND {column} IN (SELECT value FROM json_each(?))"
    )


def _led_by(table: Table, project: str, column: str) -> str:
    """Names the index of a column with which the table's key does not begin.

    SQLite would read all links of a project, which lie in the order of their key, rather than look
    up a list of companies, and for each of their links the row behind it.
    """
    if key_names(table)[0] == column:
        return ""
    led_by = {tuple(each.name for each in index.columns)[:2]: index for index in table.indexes}
    return f" INDEXED BY {led_by[project, column].name}"


@cache
def _insertion(table: Table) -> str:
    names = written_names(table)
    places = ", ".join("?" * (len(names) + 1))
    return f"INSERT INTO {table.name} (project_id, {', '.join(names)}) VALUES ({places})"


@cache
def _change(table: Table) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """The statement, and the places in a row of the columns that it sets and of the keys."""
    names, keys = written_names(table), key_names(table)
    changed = tuple(at for at, name in enumerate(names) if name not in keys)
    matched = [f"{name} = ?" for name in (project_column(table), *keys)]
    statement = (
        f"UPDATE {table.name} SET {', '.join(f'{names[at]} = ?' for at in changed)} "
        f"WHERE {' AND '.join(matched)}"
    )
    return statement, changed, tuple(names.index(key) for key in keys)


def _encoded(documents: Sequence[int], row: Row) -> Row:
    if not documents:
        return row
    values = list(row)
    for at in documents:
        if values[at] is not None:
            values[at] = encode(values[at])
    return tuple(values)


def _decoded(documents: Sequence[int], booleans: Sequence[int], row: Row) -> Row:
    values = list(row)
    for at in documents:
        if values[at] is not None:
            values[at] = compact_json.decode(values[at])
    for at in booleans:
        values[at] = bool(values[at])
    return tuple(values)
