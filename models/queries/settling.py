"""Operations in the order in which they were settled, for those who look on (contract §11)."""

from dataclasses import dataclass
from typing import get_type_hints

from sqlalchemy import ColumnElement, Connection, func, or_, select

from models.queries.ledger import OperationFilters
from models.queries.operations import ReceiptRecord
from models.store.columns import table_of
from models.tables import ContactMergeTable, MailboxTable, OperationTable

_OPERATIONS = table_of(OperationTable).c
_MAILBOXES = table_of(MailboxTable).c
_MERGES = table_of(ContactMergeTable).c
_COLUMNS = tuple(
    _OPERATIONS["id" if name == "operation_id" else name].label(name)
    for name in get_type_hints(ReceiptRecord)
)


@dataclass(frozen=True, slots=True)
class SettledNext:
    """The next settled operations that pass, the place in the project's order to go on behind,
    and whether there may be more by now.
    """

    records: list[ReceiptRecord]
    sequence: int
    goes_on: bool


def last_sequence(connection: Connection, project_id: str) -> int:
    """The place of the project's last settled operation in its order; 0 before the first."""
    wanted = select(_MAILBOXES.sequence).where(_MAILBOXES.project_id == project_id)
    return connection.execute(wanted).scalar() or 0


def settled_after(
    connection: Connection, project_id: str, sequence: int, filters: OperationFilters, limit: int
) -> SettledNext:
    """What was settled behind a place in the project's order and passes, the first first.

    `least_id` of the filters is not looked at.
    """
    last = last_sequence(connection, project_id)
    found = connection.execute(
        select(_OPERATIONS.sequence, *_COLUMNS)
        .where(
            _OPERATIONS.project_id == project_id,
            _OPERATIONS.sequence > sequence,
            _OPERATIONS.sequence <= last,
            *_conditions(project_id, filters),
        )
        .order_by(_OPERATIONS.sequence)
        .limit(limit)
    )
    records = []
    reached = sequence
    for row in found.mappings():
        values = dict(row)
        reached = values.pop("sequence")
        records.append(ReceiptRecord(**values))  # type: ignore[typeddict-item]
    if len(records) == limit:
        return SettledNext(records, reached, goes_on=True)
    return SettledNext(records, max(sequence, last), goes_on=False)


def _conditions(project_id: str, filters: OperationFilters) -> list[ColumnElement[bool]]:
    conditions = [
        _OPERATIONS[name] == value
        for name in ("visitor_id", "type", "status")
        if (value := getattr(filters, name)) is not None
    ]
    if filters.contact_id is not None:
        survivor = (
            select(_MERGES.survivor_id)
            .where(_MERGES.project_id == project_id, _MERGES.merged_id == filters.contact_id)
            .scalar_subquery()
        )
        contact_id = func.coalesce(survivor, filters.contact_id)
        merged_into_it = select(_MERGES.merged_id).where(
            _MERGES.project_id == project_id, _MERGES.survivor_id == contact_id
        )
        conditions.append(
            or_(_OPERATIONS.contact_id == contact_id, _OPERATIONS.contact_id.in_(merged_into_it))
        )
    return conditions
