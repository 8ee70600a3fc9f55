"""Which table keeps which record, and under what key."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import JSON, Table
from sqlmodel import SQLModel

from models import tables
from models.records import (
    Activity,
    Company,
    Contact,
    ContactEmail,
    ContactMerge,
    DeadLetter,
    IdentitySecret,
    Key,
    Link,
    Stage,
    Visitor,
)
from models.rules.search_text import search_text
from models.store.columns import Row, column_names, key_names, positions, table_of


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record and its table.

    A key is a value, or a tuple where the table has a composite one; `key_row` makes a tuple of
    both. `unique_position` is the place of a column that two rows cannot share, `documents` the
    places of JSON columns, `searched` those of the columns that the row's search text is made of.
    """

    table: Table
    record: Callable[..., Any]
    row_of: Callable[[Any], Row]
    key_of: Callable[[Any], Any]
    key_of_row: Callable[[Row], Any]
    key_row: Callable[[Row], Row]
    unique_position: int | None
    documents: tuple[int, ...]
    searched: tuple[int, ...] = ()

    def written(self, rows: list[Row]) -> list[Row]:
        """The rows with the columns that are made of others."""
        if not self.searched:
            return rows
        return [(*row, search_text(*(row[at] for at in self.searched))) for row in rows]

    def record_of(self, row: Row) -> Any:
        return self.record(**dict(zip(column_names(self.table), row, strict=True)))


def kind(
    model: type[SQLModel],
    record: Callable[..., Any],
    unique: str | None = None,
    searched: tuple[str, ...] = (),
) -> Kind:
    """Pairs a table with its record class."""
    table = table_of(model)
    names = column_names(table)
    key_positions = tuple(names.index(name) for name in key_names(table))
    return Kind(
        table=table,
        record=record,
        row_of=attrgetter(*names),
        key_of=attrgetter(*key_names(table)),
        key_of_row=itemgetter(*key_positions),
        key_row=_places(key_positions),
        unique_position=None if unique is None else names.index(unique),
        documents=positions(table, JSON),
        searched=tuple(names.index(name) for name in searched),
    )


def _places(positions: tuple[int, ...]) -> Callable[[Row], Row]:
    if len(positions) > 1:
        return itemgetter(*positions)
    (only,) = positions
    return lambda row: (row[only],)


VISITORS = kind(tables.VisitorTable, Visitor)
CONTACTS = kind(tables.ContactTable, Contact, unique="user_id", searched=("name", "email"))
EMAILS = kind(tables.ContactEmailTable, ContactEmail)
COMPANIES = kind(
    tables.CompanyTable,
    Company,
    unique="external_id",
    searched=("name", "domain", "external_id"),
)
LINKS = kind(tables.LinkTable, Link)
MERGES = kind(tables.ContactMergeTable, ContactMerge)
ACTIVITY = kind(tables.ActivityTable, Activity)
STAGES = kind(tables.StageTable, Stage)
KEYS = kind(tables.KeyTable, Key)
IDENTITY_SECRETS = kind(tables.IdentitySecretTable, IdentitySecret)
DEAD_LETTERS = kind(tables.DeadLetterTable, DeadLetter)
