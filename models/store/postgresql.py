"""Rows on PostgreSQL: pipelined statements over whole columns.

A statement takes at most 65,535 parameters, so each column goes as one JSON array, which the C
encoder writes four times faster than psycopg an array (docs/adr/0006).
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from sqlalchemy import JSON, Boolean, Integer, Table

from models.store.columns import (
    Row,
    column_names,
    encode,
    key_names,
    project_column,
    written_names,
)
from models.store.rows import LONG_STATEMENT_S, Rows, Wanted

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
        return locked.fetchone() is not None

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

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            self._execute(_insertion(table), (self.project_id, *columns_of(rows)))

    def update(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            columns = columns_of(rows)
            keys = [columns[written_names(table).index(key)] for key in key_names(table)]
            self._execute(_change(table), (*columns, self.project_id, *keys))

    def by_key(self, action: str, table: Table, keys: Sequence[Row]) -> None:
        if keys:
            columns = columns_of(sorted(keys))
            parameters = (self.project_id, *columns, *columns)
            self._execute(action + _with_keys(table), parameters)

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


def among(column: str) -> str:
    """For a statement that would join with all rows of a project as long as they seem to be few."""
    return f"{column} = ANY(ARRAY(SELECT json_array_elements_text(%s::json)))"


@cache
def _insertion(table: Table) -> str:
    names = written_names(table)
    return (
        f"INSERT INTO {table.name} (project_id, {', '.join(names)}) "
        f"SELECT %s, {values_of(table, names)} FROM {taken_apart(names)}"
    )


@cache
def _change(table: Table) -> str:
    names, keys = written_names(table), key_names(table)
    changed = ", ".join(f"{name} = {value_of(table, name)}" for name in names if name not in keys)
    matched = [
        f"stored.{project_column(table)} = %s",
        *(among(f"stored.{key}") for key in keys),
        *(f"stored.{key} = given.{key}" for key in keys),
    ]
    return (
        f"UPDATE {table.name} AS stored SET {changed} FROM {taken_apart(names)} "
        f"WHERE {' AND '.join(matched)}"
    )


@cache
def _with_keys(table: Table) -> str:
    names = key_names(table)
    matched = ["project_id = %s", *map(among, names)]
    return (
        f" WHERE {' AND '.join(matched)} AND ({', '.join(names)}) IN "
        f"(SELECT {values_of(table, names)} FROM {taken_apart(names)})"
    )


def columns_of(rows: Sequence[Row]) -> list[str | None]:
    """Each column as a JSON array. One of nulls is itself null: the server need not count them."""
    empty = len(rows)
    return [
        None if column.count(None) == empty else encode(column)
        for column in zip(*rows, strict=True)
    ]


def taken_apart(names: Sequence[str]) -> str:
    columns = ", ".join("json_array_elements_text(%s::json)" for _ in names)
    return f"ROWS FROM ({columns}) AS given({', '.join(names)})"


def value_of(table: Table, name: str) -> str:
    """The text of an array's element as the column's own type."""
    kind = table.columns[name].type
    if isinstance(kind, JSON):
        return f"given.{name}::json"
    if isinstance(kind, Boolean):
        return f"given.{name}::boolean"
    return f"given.{name}::bigint" if isinstance(kind, Integer) else f"given.{name}"


def values_of(table: Table, names: Sequence[str]) -> str:
    return ", ".join(value_of(table, name) for name in names)
