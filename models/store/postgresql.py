"""Rows on PostgreSQL: pipelined statements over whole columns.

A statement takes at most 65,535 parameters, so each column goes as one JSON array, which the C
encoder writes four times faster than psycopg an array (docs/adr/0006).
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from sqlalchemy import Table

from models.store.columns import Row, column_names, encode, key_names, project_column
from models.store.postgresql_statements import (
    Scope,
    among,
    change,
    columns_of,
    insertion,
    keys_of,
    names_of,
    with_keys,
)
from models.store.rows import LONG_STATEMENT_S, Rows, Wanted
from models.store.silent_sessions import end_silent_sessions

PART_SIZE = 125
"""Smaller parts cost more statements, larger ones more waiting at the end (docs/adr/0024)."""


class PostgresqlRows(Rows):
    """Over a psycopg connection. The server writes one part while the next one is decided."""

    part_size = PART_SIZE

    def lock(self, table: Table) -> bool:
        statement = f"SELECT 1 FROM {table.name} WHERE project_id = %s FOR UPDATE SKIP LOCKED"
        # In one trip with the transaction's beginning.
        with self.driver.pipeline():
            locked = self.driver.execute(statement, (self.project_id,), prepare=True)
        if locked.fetchone() is not None:
            return True
        end_silent_sessions(self.driver)
        return False

    def used(self, table: Table, column: str, values: Iterable[str]) -> frozenset[str]:
        # A limit keeps the inner question one of its own: as a join it would read all rows.
        statement = (
            "SELECT given.value FROM json_array_elements_text(%s::json) AS given(value), "
            f"LATERAL (SELECT 1 FROM {table.name} "
            f"WHERE project_id = %s AND {column} = given.value LIMIT 1) AS found"
        )
        found = self.driver.execute(statement, (encode(sorted(values)), self.project_id))
        return frozenset(value for (value,) in found)

    def writing(self) -> AbstractContextManager[Any]:
        pipeline: AbstractContextManager[Any] = self.driver.pipeline()
        return pipeline

    def check_references(self) -> None:
        for when in ("IMMEDIATE", "DEFERRED"):
            self._execute(f"SET CONSTRAINTS ALL {when}", None)

    def take_time(self) -> None:
        self.driver.execute(f"SET LOCAL statement_timeout = {LONG_STATEMENT_S * 1000}")
        self.driver.allow(LONG_STATEMENT_S)

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            self._execute(insertion(table, Scope.ONE), (self.project_id, *columns_of(rows)))

    def update(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            columns = columns_of(rows)
            names = names_of(table, Scope.ONE)
            keys = [columns[names.index(key)] for key in keys_of(table, Scope.ONE)]
            self._execute(change(table, Scope.ONE), (*columns, self.project_id, *keys))

    def by_key(self, action: str, table: Table, keys: Sequence[Row]) -> None:
        if keys:
            columns = columns_of(sorted(keys))
            parameters = (self.project_id, *columns, *columns)
            self._execute(action + with_keys(table, Scope.ONE), parameters)

    def json_field(self, column: str, name: str) -> str:
        return f"{column} ->> '{name}'"

    def run(self, statement: str, parameters: Sequence[dict[str, Any]]) -> None:
        for values in parameters:
            self._execute(statement.format(**{name: f"%({name})s" for name in values}), values)

    def _execute(self, statement: str, parameters: Any) -> None:
        self.driver.execute(statement, parameters, prepare=True)

    def _question(self, wanted: Wanted) -> tuple[str, Row]:
        if wanted.column is None:
            return _selection(wanted.table, None), (self.project_id,)
        values = encode(sorted(wanted.values))
        return _selection(wanted.table, wanted.column), (values, self.project_id)

    def _ask(self, questions: Sequence[tuple[str, Row]]) -> list[list[Row]]:
        with self.driver.pipeline():
            cursors = [
                self.driver.execute(statement, parameters, prepare=True)
                for statement, parameters in questions
            ]
        return [cursor.fetchall() for cursor in cursors]

    def _rows(self, table: Table, found: list[Row]) -> list[Row]:
        return found


@cache
def _selection(table: Table, column: str | None) -> str:
    """All rows, or those whose column is among the values, which are the first parameter.

    By another column than the key's each value is looked up by itself (the offset keeps that from
    becoming a join). For a list of them the server would read all rows of the project as long as
    those seem to be few, and keep to that: a plan lives until the table is analyzed.
    """
    chosen = f"SELECT {', '.join(column_names(table))} FROM {table.name} WHERE"
    project = f"{project_column(table)} = %s"
    if column is None:
        return f"{chosen} {project}"
    if column == key_names(table)[0]:
        return f"{chosen} {among(column)} AND {project}"
    return (
        "SELECT found.* FROM json_array_elements_text(%s::json) AS given(value), "
        f"LATERAL ({chosen} {project} AND {column} = given.value OFFSET 0) AS found"
    )
