"""Column and constraint makers that the tables share: types that hold on both databases."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, ForeignKeyConstraint, Index, Text, column
from sqlmodel import Field

# Ordered by bytes on both databases: the same order for cursors, and cheaper to compare.
DERIVED = "derived"

BYTE_ORDERED = Text().with_variant(Text(collation="C"), "postgresql")


def text(*, key: bool = False, null: bool = False, foreign_key: str | None = None) -> Any:
    """A text column; lengths are checked at the edge (contract §3), not by the database."""
    return Field(
        default=None if null else ...,
        sa_type=BYTE_ORDERED,
        primary_key=key,
        nullable=null and not key,
        sa_column_args=[ForeignKey(foreign_key)] if foreign_key else [],
    )


def integer(*, null: bool = False) -> Any:
    """A 64-bit integer column; times are epoch milliseconds, deals are ten-thousandths."""
    return Field(default=None if null else ..., sa_type=BigInteger, nullable=null)


def json(name: str | None = None, *, null: bool = False) -> Any:
    """A JSON column kept as written (JSON and not JSONB: 1.0 stays 1.0 on both databases)."""
    return Field(
        default=None if null else ...,
        sa_type=JSON(none_as_null=True),
        nullable=null,
        sa_column_kwargs={"name": name} if name else {},
    )


def derived_text() -> Any:
    """A text column that the store makes from the row's other columns; no record has it."""
    return Field(
        default=None,
        sa_type=BYTE_ORDERED,
        nullable=True,
        sa_column_kwargs={"info": {DERIVED: True}},
    )


def belongs_to(table: str, column: str, key: str) -> ForeignKeyConstraint:
    """A project-scoped reference, checked at commit: a batch is written table by table."""
    return ForeignKeyConstraint(
        ["project_id", column],
        [f"{table}.project_id", f"{table}.{key}"],
        deferrable=True,
        initially="DEFERRED",
    )


def searched(name: str) -> Index:
    """An index that a search scans in the order of a list, without a look at the rows."""
    present = column("search_text").is_not(None)
    return Index(
        name, "project_id", "id", "search_text", postgresql_where=present, sqlite_where=present
    )


def look_up(
    name: str, first: str, *others: str, unique: bool = False, never_null: bool = False
) -> Index:
    """An index of a project's rows by `first`, for the rows that have it.

    On PostgreSQL it is partial also where `first` is never null: plans made while a table is empty,
    when all indexes cost the same, are kept, and this one then fits no other question. SQLite
    keeps no such plans, and would not use it.
    """
    present = column(first).is_not(None)
    return Index(
        name,
        "project_id",
        first,
        *others,
        unique=unique,
        postgresql_where=present,
        sqlite_where=None if never_null else present,
    )
