"""Applies a batch to the database: gather, decide, save, all inside the caller's transaction.

On PostgreSQL one part of it is written while the next one is decided (docs/adr/0024).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from models.outcomes import DEAD_LETTER_REPLAYED, OPERATION_FAILED
from models.records import DeadLetter
from models.store import ledger
from models.store.dialects import rows_over
from models.store.ledger import LedgerRow
from models.store.save import save
from workers.decide import Lap, decide_batch, untold
from workers.groundwork import Deciding, lay_groundwork, unlimited
from workers.ledger_rows import ledger_row
from workers.mailbox.envelope import QueuedOperation
from workers.suspects import reason_of


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an entry: for the ledger's readers and the edge that waits."""

    operation_id: str
    nonce: str
    reply_to: str | None
    record: dict[str, Any]


def apply_batch(
    connection: Connection,
    project_id: str,
    batch: Sequence[QueuedOperation],
    applied_at_ms: int,
    *,
    deciding: Deciding = unlimited,
    lap: Lap = untold,
) -> list[Settled]:
    """Applies the entries in order; returns one Settled for each, those known before included.

    The project's mailbox row is locked by the caller. Raises whatever the database or a handler
    raises; then the caller's transaction takes everything back. `deciding` is put around what only
    computes, `lap` hears of the phases.
    """
    rows = rows_over(connection, project_id)
    ground = lay_groundwork(rows, batch, deciding)
    lap("gather")
    with rows.writing():
        for gathered, written in decide_batch(rows, batch, ground, applied_at_ms, deciding, lap):
            # The ledger's rows are most of it: the server has them to do while the others are sent.
            ledger.write(rows, written)
            save(rows, gathered)
            lap("save")
    by_id = ground.known.by_id
    return [settled(queued, by_id[queued.operation_id]) for queued in batch]


def dead_letter(
    connection: Connection,
    project_id: str,
    queued: QueuedOperation,
    error: BaseException,
    applied_at_ms: int,
) -> Settled:
    """Sets an operation aside that fails by itself, with the outcome `failed`.

    If it is the replay of a dead letter, the new one takes that one's place; if that one is gone,
    the replay is refused like any other that comes too late.
    """
    rows = rows_over(connection, project_id)
    sequence = ledger.known(rows, (), ()).sequence + 1
    replayed = queued.envelope.dead_letter_id
    if replayed is not None and not ledger.drop_dead_letter(rows, replayed):
        row = ledger_row(
            queued, sequence, applied_at_ms, status="rejected", refusal=DEAD_LETTER_REPLAYED
        )
        ledger.write(rows, [row])
        return settled(queued, row)
    letter = DeadLetter(
        operation_id=queued.operation_id,
        type=queued.envelope.type,
        envelope=queued.envelope.as_document(),
        reason=reason_of(error),
        failed_at_ms=applied_at_ms,
    )
    row = ledger_row(queued, sequence, applied_at_ms, status="failed", refusal=OPERATION_FAILED)
    ledger.write_dead_letter(rows, letter)
    ledger.write(rows, [row])
    return settled(queued, row)


def settled(queued: QueuedOperation, row: LedgerRow) -> Settled:
    """The entry's record as it is published; the same fields as the ledger's row."""
    record = {
        "operation_id": row.id,
        "type": row.type,
        "status": row.status,
        "outcome": row.outcome,
        "problem": row.problem,
        "replay_of": row.replay_of,
        "accepted_at_ms": row.accepted_at_ms,
        "applied_at_ms": row.applied_at_ms,
    }
    envelope = queued.envelope
    return Settled(queued.operation_id, envelope.nonce, envelope.reply_to, record)
