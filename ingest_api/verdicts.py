"""Settled operations as answers and receipts; a publishable caller sees no stored data (§4)."""

from collections.abc import Mapping
from typing import Any

from ingest_api.errors import Problem
from models.documents.exact import change_shown, in_contract_units
from models.documents.times import iso_time
from models.operations.credentials import KeyKind
from models.outcomes import OPERATION_FAILED
from models.queries.operations import ReceiptRecord, SettledRecord

_SHOWN_TO_ALL = ("event_id", "stage", "warnings")
_STAGE_SHOWN_TO_ALL = ("change", "to")


def outcome_document(record: SettledRecord, caller: KeyKind) -> dict[str, Any]:
    """The outcome as the contract shows it; a replay speaks of the first operation."""
    return {
        "operation_id": record["replay_of"] or record["operation_id"],
        "type": record["type"],
        "status": record["status"],
        **_redacted(record["outcome"] or {}, caller),
    }


def receipt_document(record: ReceiptRecord, caller: KeyKind) -> dict[str, Any]:
    """The receipt of a settled operation, for secret callers with what it changed.

    It may hold exact amounts: `exact_json` encodes it.
    """
    problem = problem_of(record)
    receipt: dict[str, Any] = {
        "operation_id": record["operation_id"],
        "type": record["type"],
        "status": record["status"],
        "accepted_at": iso_time(record["accepted_at_ms"]),
        "applied_at": iso_time(record["applied_at_ms"]),
        "outcome": None if problem is not None else outcome_document(record, caller),
        "problem": None if problem is None else problem.document(),
    }
    if caller == "secret":
        receipt["changes"] = [change_shown(change) for change in record["changes"]]
    return receipt


def queued_receipt(
    operation_id: str, operation_type: str, accepted_at_ms: int, caller: KeyKind
) -> dict[str, Any]:
    """The receipt of an operation that is still in the mailbox."""
    receipt: dict[str, Any] = {
        "operation_id": operation_id,
        "type": operation_type,
        "status": "queued",
        "accepted_at": iso_time(accepted_at_ms),
        "applied_at": None,
        "outcome": None,
        "problem": None,
    }
    if caller == "secret":
        receipt["changes"] = []
    return receipt


def problem_of(record: SettledRecord) -> Problem | None:
    """The worker's refusal; None for an operation that was applied or changed nothing."""
    if record["status"] not in ("rejected", "failed"):
        return None
    stored = record["problem"] or OPERATION_FAILED.as_problem()
    return Problem(
        stored["status"],
        stored["code"],
        stored["detail"],
        errors=stored.get("errors", ()),
        operation_id=record["replay_of"] or record["operation_id"],
        members={"holder_id": stored["holder_id"]} if "holder_id" in stored else None,
    )


def _redacted(outcome: Mapping[str, Any], caller: KeyKind) -> dict[str, Any]:
    if caller != "publishable":
        written = outcome.get("record")
        return {**outcome, "record": in_contract_units(written)} if written else dict(outcome)
    shown = {name: outcome.get(name) for name in _SHOWN_TO_ALL}
    stage = shown["stage"]
    if stage is not None:
        shown["stage"] = {name: stage[name] for name in _STAGE_SHOWN_TO_ALL}
    return shown
