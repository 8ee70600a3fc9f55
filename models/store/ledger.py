"""The ledger: what became of each operation, in the transaction that holds its effects (§4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, select, update

from models.store.kinds import table_of
from models.store.rows import column_names, rows_over
from models.tables import DeadLetterTable, MailboxTable, OperationTable

OPERATIONS = table_of(OperationTable)
MAILBOXES = table_of(MailboxTable)
DEAD_LETTERS = table_of(DeadLetterTable)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One operation's row; fields are the columns of `operations`, times in milliseconds."""

    id: str
    sequence: int
    type: str
    caller: str
    status: str
    accepted_at_ms: int
    applied_at_ms: int
    visitor_id: str | None = None
    contact_id: str | None = None
    company_id: str | None = None
    outcome: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None
    changes: Sequence[Any] = ()
    idempotency_key: str | None = None
    fingerprint: str | None = None
    replay_of: str | None = None


_row_of = attrgetter(*column_names(OPERATIONS))


def lock_mailbox(connection: Connection, project_id: str) -> bool:
    """Locks the project's mailbox row until the transaction ends.

    False when another drain holds it, or when there is no such project. On SQLite the write
    transaction itself is the lock.
    """
    wanted = select(MAILBOXES.c.project_id).where(MAILBOXES.c.project_id == project_id)
    locked = connection.execute(wanted.with_for_update(skip_locked=True))
    return locked.scalar_one_or_none() is not None


def last_sequence(connection: Connection, project_id: str) -> int:
    """The sequence of the project's last applied operation; read under the mailbox lock."""
    wanted = select(MAILBOXES.c.sequence).where(MAILBOXES.c.project_id == project_id)
    return int(connection.execute(wanted).scalar_one())


def known_by_id(
    connection: Connection, project_id: str, operation_ids: Iterable[str]
) -> dict[str, LedgerRow]:
    """The operations that the ledger has, by id."""
    found = rows_over(connection, project_id).select(OPERATIONS, "id", operation_ids)
    return {row.id: row for row in map(_ledger_row, found)}


def known_by_key(
    connection: Connection, project_id: str, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], LedgerRow]:
    """The operations that hold these (type, idempotency key) pairs."""
    wanted = set(keys)
    found = rows_over(connection, project_id).select(
        OPERATIONS, "idempotency_key", {key for _, key in wanted}
    )
    rows = map(_ledger_row, found)
    return {(row.type, row.idempotency_key or ""): row for row in rows} if wanted else {}


def write(connection: Connection, project_id: str, rows: Sequence[LedgerRow]) -> None:
    """Adds the rows, which are in sequence, and moves the mailbox on to the last of them."""
    if not rows:
        return
    rows_over(connection, project_id).insert(OPERATIONS, [_row_of(row) for row in rows])
    connection.execute(
        update(MAILBOXES)
        .where(MAILBOXES.c.project_id == project_id)
        .values(sequence=rows[-1].sequence)
    )


def write_dead_letter(
    connection: Connection,
    project_id: str,
    operation_id: str,
    operation_type: str,
    envelope: dict[str, Any],
    reason: str,
    failed_at_ms: int,
) -> None:
    """Keeps an operation that failed by itself, for an operator to look into and replay."""
    connection.execute(
        DEAD_LETTERS.insert().values(
            project_id=project_id,
            operation_id=operation_id,
            type=operation_type,
            envelope=envelope,
            reason=reason,
            failed_at_ms=failed_at_ms,
        )
    )


def _ledger_row(row: Sequence[Any]) -> LedgerRow:
    return LedgerRow(**dict(zip(column_names(OPERATIONS), row, strict=True)))
