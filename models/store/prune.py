"""What pruning reads and removes: a project's oldest rows, in the order of acceptance.

Operation ids sort by acceptance, so the primary key finds old rows. What counts is when a row was
settled, and its id does not tell: an operation may have waited for long.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Delete, Table, Update, delete, select, update
from sqlalchemy.sql.expression import true

from models.store.columns import table_of
from models.tables import DeadLetterTable, OperationTable, ProjectTable

_OPERATIONS = table_of(OperationTable)
_DEAD_LETTERS = table_of(DeadLetterTable)
_PROJECTS = table_of(ProjectTable)


class OldRow(NamedTuple):
    """A row's id, when it was settled, and whether it has what is to be pruned."""

    id: str
    settled_at_ms: int
    has_it: bool


@dataclass(frozen=True, slots=True)
class Prunable:
    """A kind of thing that goes in time: where it is, which rows have it, how it is removed."""

    table: Table
    id: ColumnElement[str]
    settled_at_ms: ColumnElement[int]
    has_it: ColumnElement[bool]
    removal: Delete | Update


RECEIPTS = Prunable(
    _OPERATIONS, _OPERATIONS.c.id, _OPERATIONS.c.applied_at_ms, true(), delete(_OPERATIONS)
)
KEYS = Prunable(
    _OPERATIONS,
    _OPERATIONS.c.id,
    _OPERATIONS.c.applied_at_ms,
    _OPERATIONS.c.idempotency_key.is_not(None),
    update(_OPERATIONS).values(idempotency_key=None, fingerprint=None),
)
LETTERS = Prunable(
    _DEAD_LETTERS,
    _DEAD_LETTERS.c.operation_id,
    _DEAD_LETTERS.c.failed_at_ms,
    true(),
    delete(_DEAD_LETTERS),
)


def projects_after(connection: Connection, project_id: str, limit: int) -> Sequence[str]:
    """Ids of projects in their order, behind one."""
    found = select(_PROJECTS.c.id).where(_PROJECTS.c.id > project_id)
    return connection.scalars(found.order_by(_PROJECTS.c.id).limit(limit)).all()


def oldest(
    connection: Connection, kind: Prunable, project_id: str, after: str, before: str, limit: int
) -> list[OldRow]:
    """The first rows of a project whose ids lie between the two, in the order of acceptance."""
    found = (
        select(kind.id, kind.settled_at_ms, kind.has_it)
        .where(kind.table.c.project_id == project_id, kind.id > after, kind.id < before)
        .order_by(kind.id)
        .limit(limit)
    )
    return [OldRow(row[0], row[1], bool(row[2])) for row in connection.execute(found)]


def remove(
    connection: Connection, kind: Prunable, project_id: str, page: Sequence[OldRow], cutoff_ms: int
) -> int:
    """Prunes what of a page was settled before the cutoff; returns how much that was.

    Rows are never added between two that are old, so the page is told by its two ends.
    """
    removal = kind.removal.where(
        kind.table.c.project_id == project_id,
        kind.id >= page[0].id,
        kind.id <= page[-1].id,
        kind.settled_at_ms < cutoff_ms,
        kind.has_it,
    )
    return connection.execute(removal).rowcount
