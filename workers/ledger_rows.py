"""An operation's row in the ledger, from what was decided (contract §4)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from models.operations import ACCOUNT_TYPES
from models.outcomes import KEY_REUSED, Effect, Refusal, StageChange
from models.store.ledger import LedgerRow
from workers.mailbox.envelope import Envelope, QueuedOperation


def ledger_row(
    queued: QueuedOperation,
    sequence: int,
    applied_at_ms: int,
    *,
    status: str,
    effect: Effect | None = None,
    refusal: Refusal | None = None,
    changes: Sequence[Any] = (),
) -> LedgerRow:
    """The row of an operation that was decided now: an effect with its changes, or a refusal."""
    envelope = queued.envelope
    visitor_id = envelope.payload.get("visitor_id")
    contact_id, company_id = _subject(envelope) if effect is None else _touched(effect)
    return LedgerRow(
        id=queued.operation_id,
        sequence=sequence,
        type=envelope.type,
        caller=envelope.caller,
        status=status,
        visitor_id=visitor_id if isinstance(visitor_id, str) else None,
        contact_id=contact_id,
        company_id=company_id,
        outcome=None if effect is None else _outcome(effect, envelope.warnings),
        problem=None if refusal is None else dict(refusal.as_problem()),
        changes=changes,
        idempotency_key=envelope.idempotency_key,
        fingerprint=envelope.fingerprint,
        accepted_at_ms=queued.accepted_at_ms,
        applied_at_ms=applied_at_ms,
    )


def repeated_row(
    first: LedgerRow, queued: QueuedOperation, sequence: int, applied_at_ms: int
) -> LedgerRow:
    """The row of an operation whose idempotency key was used before (contract §4 Retries)."""
    if first.fingerprint != queued.envelope.fingerprint:
        row = ledger_row(queued, sequence, applied_at_ms, status="rejected", refusal=KEY_REUSED)
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


def _touched(effect: Effect) -> tuple[str | None, str | None]:
    return effect.contact_id, effect.company_id


def _subject(envelope: Envelope) -> tuple[str | None, str | None]:
    """Contact and company that an account operation names: what it was about, though in vain.

    What a visitor's operation would have been about, nobody knows.
    """
    if envelope.type not in ACCOUNT_TYPES:
        return None, None
    return envelope.payload.get("contact_id"), envelope.payload.get("company_id")


def _outcome(effect: Effect, edge_warnings: Sequence[Any]) -> dict[str, Any]:
    outcome = {
        "contact_id": effect.contact_id,
        "company_id": effect.company_id,
        "event_id": effect.event_id,
        "stage": None if effect.stage is None else _stage(effect.stage),
        "warnings": [*edge_warnings, *effect.warnings],
    }
    return outcome if effect.record is None else {**outcome, "record": effect.record()}


def _stage(stage: StageChange) -> dict[str, Any]:
    return {"change": stage.change, "from": stage.from_name, "to": stage.to_name}
