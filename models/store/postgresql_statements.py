"""The statements that write rows on PostgreSQL: whole columns as JSON arrays (docs/adr/0006).

They are of `ONE` project, which is a parameter of its own (the first, in a change behind the
columns), or of `SEVERAL`, and then the project is the first of the columns and of the keys.
"""

from collections.abc import Sequence
from enum import Enum, auto
from functools import cache

from sqlalchemy import JSON, Boolean, Integer, Table

from models.store.columns import Row, encode, key_names, project_column, written_names


class Scope(Enum):
    """Whose rows a statement writes."""

    ONE = auto()
    SEVERAL = auto()


def names_of(table: Table, scope: Scope) -> tuple[str, ...]:
    """The columns that are written, in the order of a row."""
    return _with_project(table, scope, written_names(table))


def keys_of(table: Table, scope: Scope) -> tuple[str, ...]:
    """The columns by which a row is found."""
    return _with_project(table, scope, key_names(table))


@cache
def insertion(table: Table, scope: Scope) -> str:
    """Adds rows."""
    names = names_of(table, scope)
    project = "%s, " if scope is Scope.ONE else ""
    return (
        f"INSERT INTO {table.name} ({', '.join(names_of(table, Scope.SEVERAL))}) "
        f"SELECT {project}{_values(table, names)} FROM {taken_apart(names)}"
    )


@cache
def change(table: Table, scope: Scope) -> str:
    """Writes rows over those with the same keys, which follow the columns as a list each."""
    names, keys = names_of(table, scope), keys_of(table, scope)
    changed = ", ".join(f"{name} = {_value(table, name)}" for name in names if name not in keys)
    matched = [
        *([f"stored.{project_column(table)} = %s"] if scope is Scope.ONE else []),
        *(among(f"stored.{key}") for key in keys),
        *(f"stored.{key} = given.{key}" for key in keys),
    ]
    return (
        f"UPDATE {table.name} AS stored SET {changed} FROM {taken_apart(names)} "
        f"WHERE {' AND '.join(matched)}"
    )


@cache
def with_keys(table: Table, scope: Scope) -> str:
    """The end of a statement about the rows with some keys, which are given twice."""
    keys = keys_of(table, scope)
    matched = [*(["project_id = %s"] if scope is Scope.ONE else []), *map(among, keys)]
    return (
        f" WHERE {' AND '.join(matched)} AND ({', '.join(keys)}) IN "
        f"(SELECT {_values(table, keys)} FROM {taken_apart(keys)})"
    )


def among(column: str) -> str:
    """For a statement that would join with all rows of a project as long as they seem to be few."""
    return f"{column} = ANY(ARRAY(SELECT json_array_elements_text(%s::json)))"


def taken_apart(names: Sequence[str]) -> str:
    """The rows that are given as a JSON array for each column."""
    columns = ", ".join("json_array_elements_text(%s::json)" for _ in names)
    return f"ROWS FROM ({columns}) AS given({', '.join(names)})"


def columns_of(rows: Sequence[Row]) -> list[str | None]:
    """Each column as a JSON array. One of nulls is itself null: the server need not count them."""
    empty = len(rows)
    return [
        None if column.count(None) == empty else encode(column)
        for column in zip(*rows, strict=True)
    ]


def _with_project(table: Table, scope: Scope, names: tuple[str, ...]) -> tuple[str, ...]:
    return names if scope is Scope.ONE else (project_column(table), *names)


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
