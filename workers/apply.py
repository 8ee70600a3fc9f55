"""Applies a batch to the database: gather, decide, save, all inside the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlalchemy import Connection

from models.operations import Operation, from_payload
from models.outcomes import (
    KEY_REUSED,
    METADATA_TOO_LARGE,
    OPERATION_FAILED,
    Effect,
    Refusal,
    StageChange,
)
from models.store import ledger
from models.store.dialects import rows_over
from models.store.ledger import DeadLetter, Known, LedgerRow
from models.store.load import Gathered, gather
from models.store.rows import Rows
from models.store.save import save
from models.working_set.changes import metadata_fits, settle
from models.working_set.reach import Reach
from models.working_set.state import Occasion, WorkingSet
from workers.dispatch import HANDLERS
from workers.mailbox.layout import QueuedOperation


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
) -> list[Settled]:
    """Applies the entries in order; returns one Settled for each, those known before included.

    The project's mailbox row is locked by the caller. Raises whatever the database or a handler
    raises; then the caller's transaction takes everything back.
    """
    rows = rows_over(connection, project_id)
    ids = [queued.operation_id for queued in batch]
    keys = {queued.envelope.idempotency_key for queued in batch} - {None}
    known = ledger.known(rows, ids, cast(set[str], keys))
    operations = {
        queued.operation_id: from_payload(queued.envelope.type, queued.envelope.payload)
        for queued in batch
        if _answer(known, queued) is None
    }
    gathered, written = _decide_batch(rows, batch, known, operations, applied_at_ms)
    with rows.writing():
        save(rows, gathered)
        ledger.write(rows, list(written.values()))
    return [
        settled(queued, written.get(queued.operation_id) or known.by_id[queued.operation_id])
        for queued in batch
    ]


def dead_letter(
    connection: Connection,
    project_id: str,
    queued: QueuedOperation,
    error: BaseException,
    applied_at_ms: int,
) -> Settled:
    """Sets an operation aside that fails by itself, with the outcome `failed` (DESIGN)."""
    rows = rows_over(connection, project_id)
    letter = DeadLetter(
        operation_id=queued.operation_id,
        type=queued.envelope.type,
        envelope=queued.envelope.as_document(),
        reason=type(error).__name__,
        failed_at_ms=applied_at_ms,
    )
    sequence = ledger.known(rows, (), ()).sequence + 1
    row = _row(queued, sequence, applied_at_ms, status="failed", refusal=OPERATION_FAILED)
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


def _answer(known: Known, queued: QueuedOperation) -> LedgerRow | None:
    """The row that already answers the entry: its own, or that of its key's first use."""
    envelope = queued.envelope
    by_key = known.by_key.get((envelope.type, envelope.idempotency_key or ""))
    return known.by_id.get(queued.operation_id) or by_key


def _decide_batch(
    rows: Rows,
    batch: Sequence[QueuedOperation],
    known: Known,
    operations: Mapping[str, Operation],
    applied_at_ms: int,
) -> tuple[Gathered, dict[str, LedgerRow]]:
    """Gathers and decides; once more if a merge needs rows that the requests do not name."""
    reach = _reach(operations.values())
    while True:
        gathered = gather(rows, reach)
        so_far = replace(known, by_key=dict(known.by_key))
        written = _decide_each(gathered.state, batch, so_far, operations, applied_at_ms)
        if not gathered.state.incomplete:
            return gathered, written
        reach.all_visitors_of |= gathered.state.incomplete


def _decide_each(
    state: WorkingSet,
    batch: Sequence[QueuedOperation],
    known: Known,
    operations: Mapping[str, Operation],
    applied_at_ms: int,
) -> dict[str, LedgerRow]:
    """One row for each entry that the ledger does not have, in order."""
    written: dict[str, LedgerRow] = {}
    for queued in batch:
        if queued.operation_id in known.by_id or queued.operation_id in written:
            continue
        sequence = known.sequence + len(written) + 1
        first = _answer(known, queued)
        if first is not None:
            row = _repeated(first, queued, sequence, applied_at_ms)
        else:
            operation = operations[queued.operation_id]
            row = _decide(state, queued, operation, sequence, applied_at_ms)
            if row.idempotency_key is not None:
                known.by_key[row.type, row.idempotency_key] = row
        written[row.id] = row
    return written


def _reach(operations: Iterable[Operation]) -> Reach:
    reach = Reach()
    for operation in operations:
        HANDLERS[type(operation)].reach(operation, reach)
    return reach


def _decide(
    state: WorkingSet,
    queued: QueuedOperation,
    operation: Operation,
    sequence: int,
    applied_at_ms: int,
) -> LedgerRow:
    """Lets the operation's handler change the working set; a refused one leaves no trace."""
    envelope = queued.envelope
    state.begin(
        Occasion(
            queued.operation_id, envelope.type, envelope.caller, queued.accepted_at_ms, sequence
        )
    )
    decided = HANDLERS[type(operation)].apply(operation, state)
    if isinstance(decided, Effect) and not metadata_fits(state):
        decided = METADATA_TOO_LARGE
    if isinstance(decided, Refusal):
        state.undo()
        return _row(queued, sequence, applied_at_ms, status="rejected", refusal=decided)
    changes = settle(state)
    status = "applied" if changes or state.made else "unchanged"
    return _row(queued, sequence, applied_at_ms, status=status, effect=decided, changes=changes)


def _repeated(
    first: LedgerRow, queued: QueuedOperation, sequence: int, applied_at_ms: int
) -> LedgerRow:
    """The row of an operation whose idempotency key was used before (contract §4 Retries)."""
    if first.fingerprint != queued.envelope.fingerprint:
        row = _row(queued, sequence, applied_at_ms, status="rejected", refusal=KEY_REUSED)
        return replace(row, idempotency_key=None)
    return replace(
        first,
        id=queued.operation_id,
        sequence=sequence,
        caller=queued.envelope.caller,
        changes=[],
        idempotency_key=None,
        replay_of=first.replay_of or first.id,
        accepted_at_ms=queued.accepted_at_ms,
        applied_at_ms=applied_at_ms,
    )


def _row(
    queued: QueuedOperation,
    sequence: int,
    applied_at_ms: int,
    *,
    status: str,
    effect: Effect | None = None,
    refusal: Refusal | None = None,
    changes: Sequence[Any] = (),
) -> LedgerRow:
    envelope = queued.envelope
    visitor_id = envelope.payload.get("visitor_id")
    return LedgerRow(
        id=queued.operation_id,
        sequence=sequence,
        type=envelope.type,
        caller=envelope.caller,
        status=status,
        visitor_id=visitor_id if isinstance(visitor_id, str) else None,
        contact_id=None if effect is None else effect.contact_id,
        company_id=None if effect is None else effect.company_id,
        outcome=None if effect is None else _outcome(effect, envelope.warnings),
        problem=None if refusal is None else dict(refusal.as_problem()),
        changes=changes,
        idempotency_key=envelope.idempotency_key,
        fingerprint=envelope.fingerprint,
        accepted_at_ms=queued.accepted_at_ms,
        applied_at_ms=applied_at_ms,
    )


def _outcome(effect: Effect, edge_warnings: Sequence[Any]) -> dict[str, Any]:
    return {
        "contact_id": effect.contact_id,
        "company_id": effect.company_id,
        "event_id": effect.event_id,
        "stage": None if effect.stage is None else _stage(effect.stage),
        "warnings": [*edge_warnings, *effect.warnings],
    }


def _stage(stage: StageChange) -> dict[str, Any]:
    return {"change": stage.change, "from": stage.from_name, "to": stage.to_name}
