"""The tables' columns as the store reads and writes them: a row is a tuple in this order."""

from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlmodel import SQLModel

from models import compact_json
from models.tables.columns import DERIVED

Row = tuple[Any, ...]
Difference = tuple[list[Row], list[Row], list[Row]]
"""The rows that are new, changed and gone."""


def encode(value: Any) -> str:
    """A value as JSON, in the text that both drivers take."""
    return compact_json.encode(value).decode()


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a SQLModel class."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


@cache
def project_column(table: Table) -> str:
    """The column that says whose row it is."""
    return "project_id" if "project_id" in table.columns else "id"


@cache
def column_names(table: Table) -> tuple[str, ...]:
    """The columns that a record holds: all but the project and those made of others."""
    return tuple(
        column.name
        for column in table.columns
        if column.name != project_column(table) and DERIVED not in column.info
    )


@cache
def written_names(table: Table) -> tuple[str, ...]:
    """The columns that are written: those of the record, then those made of them."""
    derived = (column.name for column in table.columns if DERIVED in column.info)
    return (*column_names(table), *derived)


@cache
def key_names(table: Table) -> tuple[str, ...]:
    """The columns that tell a row from the project's others."""
    return tuple(
        column.name for column in table.primary_key if column.name != project_column(table)
    )


@cache
def positions(table: Table, kind: type[Any]) -> tuple[int, ...]:
    """Where in a row the columns of a type stand."""
    columns = (table.columns[name] for name in column_names(table))
    return tuple(at for at, column in enumerate(columns) if isinstance(column.type, kind))
