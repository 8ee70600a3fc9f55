"""Applies a batch to the database: gather, decide, save, all inside the caller's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

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
from models.store.ledger import LedgerRow
from models.store.load import gather
from models.store.save import save
from models.working_set import Occasion, Reach, WorkingSet
from models.working_set.changes import metadata_fits, settle
from workers.handlers import HANDLERS
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
    known = _Known(connection, project_id, batch)
    fresh = [queued for queued in batch if known.answer(queued) is None]
    operations = {
        queued.operation_id: from_payload(queued.envelope.type, queued.envelope.payload)
        for queued in fresh
    }
    gathered = gather(connection, project_id, _reach(operations.values(), fresh))
    sequence = ledger.last_sequence(connection, project_id)
    rows: dict[str, LedgerRow] = {}
    for queued in batch:
        if queued.operation_id in known.by_id or queued.operation_id in rows:
            continue
        sequence += 1
        row = known.answer(queued)
        if row is None:
            operation = operations[queued.operation_id]
            row = _decide(gathered.state, queued, operation, sequence, applied_at_ms)
            known.note(row)
        else:
            row = _repeated(row, queued, sequence, applied_at_ms)
        rows[row.id] = row
    save(connection, project_id, gathered)
    ledger.write(connection, project_id, list(rows.values()))
    return [
        settled(queued, rows.get(queued.operation_id) or known.by_id[queued.operation_id])
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
    ledger.write_dead_letter(
        connection,
        project_id,
        operation_id=queued.operation_id,
        operation_type=queued.envelope.type,
        envelope=queued.envelope.as_document(),
        reason=type(error).__name__,
        failed_at_ms=applied_at_ms,
    )
    sequence = ledger.last_sequence(connection, project_id) + 1
    row = _row(queued, sequence, applied_at_ms, status="failed", refusal=OPERATION_FAILED)
    ledger.write(connection, project_id, [row])
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


class _Known:
    """What the ledger says of a batch's operations and idempotency keys, and this batch itself."""

    def __init__(
        self, connection: Connection, project_id: str, batch: Sequence[QueuedOperation]
    ) -> None:
        ids = [queued.operation_id for queued in batch]
        self.by_id = ledger.known_by_id(connection, project_id, ids)
        keys = [_key(queued) for queued in batch if queued.envelope.idempotency_key is not None]
        self.by_key = ledger.known_by_key(connection, project_id, keys)

    def answer(self, queued: QueuedOperation) -> LedgerRow | None:
        """The row that already answers the entry: its own, or that of its key's first use."""
        return self.by_id.get(queued.operation_id) or self.by_key.get(_key(queued))

    def note(self, row: LedgerRow) -> None:
        if row.idempotency_key is not None:
            self.by_key[row.type, row.idempotency_key] = row


def _key(queued: QueuedOperation) -> tuple[str, str]:
    return queued.envelope.type, queued.envelope.idempotency_key or ""


def _reach(operations: Iterable[Operation], batch: Sequence[QueuedOperation]) -> Reach:
    reach = Reach()
    for queued, operation in zip(batch, operations, strict=True):
        HANDLERS[queued.envelope.type].reach(operation, reach)
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
    decided = HANDLERS[envelope.type].apply(operation, state)
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
