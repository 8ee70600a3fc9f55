"""Set-based reading and writing of whole rows of one project, on either database.

One statement takes at most 65,535 parameters. PostgreSQL gets each column as one JSON array, which
the C encoder writes four times faster than psycopg an array; SQLite gets a list of rows, and one
JSON array for a look-up. Rows are tuples in `column_names` order.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Integer, Table

Row = tuple[Any, ...]

encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), check_circular=False, allow_nan=False
).encode


@cache
def column_names(table: Table) -> tuple[str, ...]:
    """The columns that a record holds: all but the project."""
    return tuple(column.name for column in table.columns if column.name != "project_id")


@cache
def key_names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key if column.name != "project_id")


@cache
def positions(table: Table, kind: type[Any]) -> tuple[int, ...]:
    """Where in a row the columns of a type stand."""
    columns = (table.columns[name] for name in column_names(table))
    return tuple(at for at, column in enumerate(columns) if isinstance(column.type, kind))


def encoded(table: Table, row: Row) -> Row:
    """A row with its documents as JSON text."""
    documents = positions(table, JSON)
    if not documents:
        return row
    values = list(row)
    for at in documents:
        if values[at] is not None:
            values[at] = encode(values[at])
    return tuple(values)


class Rows(ABC):
    """The rows of one project over one connection; `rows_over` chooses the dialect."""

    def __init__(self, connection: Connection, project_id: str) -> None:
        self.connection = connection
        self.project_id = project_id

    def select(self, table: Table, column: str, values: Iterable[str]) -> list[Row]:
        """The rows whose column is among the values."""
        wanted = sorted(set(values))
        return self._select(table, column, wanted) if wanted else []

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Adds rows; one that exists already is an error, and so a bug that shows."""
        if rows:
            self._insert(table, rows)

    def update(self, table: Table, rows: Sequence[Row]) -> None:
        """Writes whole rows over those with the same keys."""
        if rows:
            self._update(table, rows)

    def delete(self, table: Table, keys: Sequence[Row]) -> None:
        """Removes the rows with these keys."""
        if keys:
            self._by_key(f"DELETE FROM {table.name}", table, keys)

    def empty(self, table: Table, column: str, keys: Sequence[Row]) -> None:
        """Sets a unique column to null, so that another row can take its value meanwhile."""
        if keys:
            self._by_key(f"UPDATE {table.name} SET {column} = NULL", table, keys)

    @abstractmethod
    def _select(self, table: Table, column: str, wanted: list[str]) -> list[Row]: ...
    @abstractmethod
    def _insert(self, table: Table, rows: Sequence[Row]) -> None: ...
    @abstractmethod
    def _update(self, table: Table, rows: Sequence[Row]) -> None: ...
    @abstractmethod
    def _by_key(self, action: str, table: Table, keys: Sequence[Row]) -> None: ...


class PostgresqlRows(Rows):
    """Whole columns as JSON arrays, taken apart by the server: one statement a table."""

    def _select(self, table: Table, column: str, wanted: list[str]) -> list[Row]:
        statement = (
            f"SELECT {', '.join(column_names(table))} FROM {table.name} "
            f"WHERE project_id = %s "
            f"AND {column} = ANY(ARRAY(SELECT json_array_elements_text(%s::json)))"
        )
        found = self.connection.exec_driver_sql(statement, (self.project_id, encode(wanted)))
        return [tuple(row) for row in found]

    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        names = column_names(table)
        statement = (
            f"INSERT INTO {table.name} (project_id, {', '.join(names)}) "
            f"SELECT %s, {_values(table, names)} FROM {_taken_apart(names)}"
        )
        self.connection.exec_driver_sql(statement, (self.project_id, *_columns(rows)))

    def _update(self, table: Table, rows: Sequence[Row]) -> None:
        names = column_names(table)
        keys = key_names(table)
        changed = ", ".join(f"{name} = {_value(table, name)}" for name in names if name not in keys)
        matched = " AND ".join(f"stored.{key} = given.{key}" for key in keys)
        statement = (
            f"UPDATE {table.name} AS stored SET {changed} FROM {_taken_apart(names)} "
            f"WHERE stored.project_id = %s AND {matched}"
        )
        self.connection.exec_driver_sql(statement, (*_columns(rows), self.project_id))

    def _by_key(self, action: str, table: Table, keys: Sequence[Row]) -> None:
        names = key_names(table)
        statement = (
            f"{action} WHERE project_id = %s AND ({', '.join(names)}) IN "
            f"(SELECT {_values(table, names)} FROM {_taken_apart(names)})"
        )
        self.connection.exec_driver_sql(statement, (self.project_id, *_columns(keys)))


class SqliteRows(Rows):
    """A list of rows for each statement; look-ups get their values as one JSON array."""

    def _select(self, table: Table, column: str, wanted: list[str]) -> list[Row]:
        statement = (
            f"SELECT {', '.join(column_names(table))} FROM {table.name} "
            f"WHERE project_id = ? AND {column} IN (SELECT value FROM json_each(?))"
        )
        found = self.connection.exec_driver_sql(statement, (self.project_id, encode(wanted)))
        return [_decoded(table, row) for row in found]

    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        names = column_names(table)
        places = ", ".join("?" * (len(names) + 1))
        statement = f"INSERT INTO {table.name} (project_id, {', '.join(names)}) VALUES ({places})"
        self._many(statement, [(self.project_id, *encoded(table, row)) for row in rows])

    def _update(self, table: Table, rows: Sequence[Row]) -> None:
        names = column_names(table)
        keys = key_names(table)
        changed = [at for at, name in enumerate(names) if name not in keys]
        key_places = [names.index(key) for key in keys]
        statement = (
            f"UPDATE {table.name} SET {', '.join(f'{names[at]} = ?' for at in changed)} "
            f"WHERE project_id = ? AND {' AND '.join(f'{key} = ?' for key in keys)}"
        )
        self._many(
            statement,
            [
                (*(row[at] for at in changed), self.project_id, *(row[at] for at in key_places))
                for row in (encoded(table, row) for row in rows)
            ],
        )

    def _by_key(self, action: str, table: Table, keys: Sequence[Row]) -> None:
        matched = " AND ".join(f"{name} = ?" for name in key_names(table))
        statement = f"{action} WHERE project_id = ? AND {matched}"
        self._many(statement, [(self.project_id, *key) for key in keys])

    def _many(self, statement: str, parameters: list[Row]) -> None:
        self.connection.exec_driver_sql(statement, parameters)


def rows_over(connection: Connection, project_id: str) -> Rows:
    """The rows of a project in the dialect of the connection's database."""
    if connection.dialect.name == "postgresql":
        return PostgresqlRows(connection, project_id)
    return SqliteRows(connection, project_id)


def _decoded(table: Table, row: Sequence[Any]) -> Row:
    values = list(row)
    for at in positions(table, JSON):
        if values[at] is not None:
            values[at] = json.loads(values[at])
    for at in positions(table, Boolean):
        values[at] = bool(values[at])
    return tuple(values)


def _columns(rows: Sequence[Row]) -> list[str]:
    return [encode(column) for column in zip(*rows, strict=True)]


def _taken_apart(names: Sequence[str]) -> str:
    columns = ", ".join("json_array_elements_text(%s::json)" for _ in names)
    return f"ROWS FROM ({columns}) AS given({', '.join(names)})"


def _value(table: Table, name: str) -> str:
    """The text of an array's element as the column's own type."""
    kind = table.columns[name].type
    if isinstance(kind, JSON):
        return f"given.{name}::json"
    if isinstance(kind, Boolean):
        return f"given.{name}::boolean"
    return f"given.{name}::bigint" if isinstance(kind, Integer) else f"given.{name}"


def _values(table: Table, names: Sequence[str]) -> str:
    return ", ".join(_value(table, name) for name in names)
