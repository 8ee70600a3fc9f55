"""What the ledger says of operations, for callers that wait and for receipts (contract §4)."""

from collections.abc import Collection
from typing import Any, TypedDict

from sqlalchemy import Connection, select, text

from models.store.columns import encode, table_of
from models.tables import OperationTable

PAIRS_IN_ONE_STATEMENT = 500

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

# Pair by pair: for a list SQLite would read the whole ledger, PostgreSQL if a join seems cheaper.
_SETTLED = {
    dialect: text(
        "SELECT operations.project_id, operations.id AS operation_id, operations.type, "
        "operations.status, operations.outcome, operations.problem, operations.replay_of, "
        f"operations.accepted_at_ms, operations.applied_at_ms FROM {pairs}"
    ).columns(_OPERATIONS.project_id, *_SETTLED_COLUMNS)
    for dialect, pairs in {
        "postgresql": "json_array_elements(CAST(:pairs AS json)) AS asked(pair), LATERAL"
        " (SELECT * FROM operations WHERE project_id = asked.pair ->> 0 AND id = asked.pair ->> 1"
        " OFFSET 0) AS operations",
        "sqlite": "json_each(:pairs) AS asked CROSS JOIN operations"
        " ON operations.project_id = json_extract(asked.value, '$[0]')"
        " AND operations.id = json_extract(asked.value, '$[1]')",
    }.items()
}

OperationKey = tuple[str, str]
"""Project id and operation id."""


def find_settled(
    connection: Connection, operations: Collection[OperationKey]
) -> dict[OperationKey, SettledRecord]:
    """Those of the operations, of any projects, that the ledger has."""
    wanted = sorted(operations)
    settled: dict[OperationKey, SettledRecord] = {}
    for start in range(0, len(wanted), PAIRS_IN_ONE_STATEMENT):
        pairs = encode(wanted[start : start + PAIRS_IN_ONE_STATEMENT])
        found = connection.execute(_SETTLED[connection.dialect.name], {"pairs": pairs})
        for row in found.mappings():
            record = dict(row)
            project_id = record.pop("project_id")
            settled[project_id, row["operation_id"]] = SettledRecord(**record)  # type: ignore[typeddict-item]
    return settled


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
