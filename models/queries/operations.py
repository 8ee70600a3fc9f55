"""What the ledger says of operations, for callers that wait and for receipts (contract §4)."""

from collections.abc import Collection, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, TypedDict

from sqlalchemy import Connection, Executable, select, union_all

from models.store.columns import table_of
from models.tables import OperationTable

PAIRS_IN_ONE_STATEMENT = 200
"""Each may be of a project of its own, and SQLite joins no more than 500 selections."""

_OPERATIONS = table_of(OperationTable).c


class SettledRecord(TypedDict):
    """A settled operation, with the fields that a drain publishes to a waiting edge."""

    operation_id: str
    type: str
    status: str
    outcome: dict[str, Any] | None
    problem: dict[str, Any] | None
    replay_of: str | None
    accepted_at_ms: int
    applied_at_ms: int


class ReceiptRecord(SettledRecord):
    """A settled operation with who asked for it and what it changed, field by field."""

    caller: str
    visitor_id: str | None
    changes: list[Any]


_SETTLED_COLUMNS = (
    _OPERATIONS.id.label("operation_id"),
    _OPERATIONS.type,
    _OPERATIONS.status,
    _OPERATIONS.outcome,
    _OPERATIONS.problem,
    _OPERATIONS.replay_of,
    _OPERATIONS.accepted_at_ms,
    _OPERATIONS.applied_at_ms,
)

OperationKey = tuple[str, str]
"""Project id and operation id."""


def find_settled(
    connection: Connection, operations: Collection[OperationKey]
) -> dict[OperationKey, SettledRecord]:
    """Those of the operations, of any projects, that the ledger has."""
    wanted = sorted(operations)
    settled: dict[OperationKey, SettledRecord] = {}
    for start in range(0, len(wanted), PAIRS_IN_ONE_STATEMENT):
        found = connection.execute(_selection(wanted[start : start + PAIRS_IN_ONE_STATEMENT]))
        for row in found.mappings():
            record = dict(row)
            project_id = record.pop("project_id")
            settled[project_id, row["operation_id"]] = SettledRecord(**record)  # type: ignore[typeddict-item]
    return settled


def _selection(operations: Sequence[OperationKey]) -> Executable:
    """Project by project: for a list of pairs SQLite would read the whole ledger."""
    return union_all(
        *(
            select(_OPERATIONS.project_id, *_SETTLED_COLUMNS).where(
                _OPERATIONS.project_id == project_id, _OPERATIONS.id.in_([key[1] for key in keys])
            )
            for project_id, keys in groupby(operations, key=itemgetter(0))
        )
    )


def find_receipt(
    connection: Connection, project_id: str, operation_id: str
) -> ReceiptRecord | None:
    """The ledger's record of one operation; None while it has none."""
    found = connection.execute(
        select(
            *_SETTLED_COLUMNS, _OPERATIONS.caller, _OPERATIONS.visitor_id, _OPERATIONS.changes
        ).where(_OPERATIONS.project_id == project_id, _OPERATIONS.id == operation_id)
    )
    row = found.mappings().one_or_none()
    return None if row is None else ReceiptRecord(**row)  # type: ignore[typeddict-item]


def find_by_key(
    connection: Connection, project_id: str, idempotency_key: str
) -> list[tuple[str, SettledRecord]]:
    """What the ledger has under a key, at most one operation a type, each with its fingerprint."""
    found = connection.execute(
        select(_OPERATIONS.fingerprint, *_SETTLED_COLUMNS).where(
            _OPERATIONS.project_id == project_id, _OPERATIONS.idempotency_key == idempotency_key
        )
    )
    by_content = []
    for row in found.mappings():
        record = dict(row)
        fingerprint = record.pop("fingerprint")
        by_content.append((fingerprint or "", SettledRecord(**record)))  # type: ignore[typeddict-item]
    return by_content
