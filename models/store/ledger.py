"""The ledger: what became of each operation, in the transaction that holds its effects (§4)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from models.records import DeadLetter
from models.store.columns import Row, column_names, table_of
from models.store.dialects import rows_of_several_over, rows_over
from models.store.rows import Rows, Wanted
from models.store.writes import Writes
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
_letter_of = attrgetter(*column_names(DEAD_LETTERS))


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger has of a batch: by operation id, and by (type, idempotency key).

    `sequence` is that of the project's last applied operation.
    """

    by_id: dict[str, LedgerRow]
    by_key: dict[tuple[str, str], LedgerRow]
    sequence: int


def lock_mailbox(connection: Connection, project_id: str) -> bool:
    """Locks the project's mailbox row until the transaction ends.

    False when another drain holds it, or when there is no such project. On SQLite the write
    transaction itself is the lock.
    """
    return rows_over(connection, project_id).lock(MAILBOXES)


def lock_mailboxes(connection: Connection, project_ids: Sequence[str]) -> Sequence[str]:
    """The same for several; returns those that no other drain holds."""
    return rows_of_several_over(connection).lock(MAILBOXES, project_ids)


def known(rows: Rows, operation_ids: Collection[str], keys: Collection[str]) -> Known:
    """Reads what the ledger has of these operations; to be called under the mailbox lock."""
    return known_by(rows.fetch(*questions(operation_ids, keys)))


def questions(operation_ids: Collection[str], keys: Collection[str]) -> tuple[Wanted, ...]:
    """What to ask for `known_by`, for who has more to ask in the same round trip."""
    return (
        Wanted(MAILBOXES),
        Wanted(OPERATIONS, "id", operation_ids),
        Wanted(OPERATIONS, "idempotency_key", keys),
    )


def known_by(answers: Sequence[Sequence[Row]]) -> Known:
    """What the answers to `questions` say."""
    mailboxes, by_id, by_key = answers
    return Known(
        by_id={row.id: row for row in map(_ledger_row, by_id)},
        by_key={(row.type, row.idempotency_key or ""): row for row in map(_ledger_row, by_key)},
        sequence=mailboxes[0][0],
    )


def write(rows: Writes, added: Sequence[LedgerRow]) -> None:
    """Adds the rows, which are in sequence, and moves the mailbox on to the last of them."""
    if added:
        rows.insert(OPERATIONS, [_row_of(row) for row in added])
        rows.update(MAILBOXES, [(added[-1].sequence,)])


def write_dead_letter(rows: Writes, letter: DeadLetter) -> None:
    """Sets an operation aside."""
    rows.insert(DEAD_LETTERS, [_letter_of(letter)])


def drop_dead_letter(rows: Rows, operation_id: str) -> bool:
    """Removes a dead letter; whether there was one."""
    (found,) = rows.fetch(Wanted(DEAD_LETTERS, "operation_id", (operation_id,)))
    rows.delete(DEAD_LETTERS, [(operation_id,)])
    return bool(found)


def _ledger_row(row: Row) -> LedgerRow:
    return LedgerRow(**dict(zip(column_names(OPERATIONS), row, strict=True)))
