"""Answers (contract §4): each is what the receipt says, and an outage is a 503 and nothing else."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from models.operations import WIDGET_TYPES
from tests.faults.evidence import Evidence
from tests.faults.history import (
    ACCEPTED,
    Answer,
    Call,
    History,
    Json,
    all_answers,
    tells_of_operation,
)
from tests.faults.violation import Violation
from tests.model.comparing import shown

OUTAGE = HTTPStatus.SERVICE_UNAVAILABLE
NEVER_HERE = frozenset({401, 403, 405, 413, 415})
"""Every caller of a round has its credential, and asks for what there is."""


def unexpected_answers(history: History, _: Evidence) -> Iterator[Violation]:
    """503 with `Retry-After` is the only 5xx, and no outage shows as a refusal."""
    for asked, answer in all_answers(history):
        status = answer.status
        if status is None:
            continue
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != OUTAGE:
            yield Violation("server error", asked, f"answered {status}: {answer.body}")
        if status == OUTAGE and not answer.retry_after:
            yield Violation("unexpected answer", asked, "503 without Retry-After")
        if status in NEVER_HERE:
            yield Violation("unexpected answer", asked, f"{status}: {answer.body.get('code')}")


def receipts_missing(history: History, evidence: Evidence) -> Iterator[Violation]:
    """A receipt is readable from the moment of the 202, and for ever after."""
    for look in history.looks:
        if look.answer.status == HTTPStatus.NOT_FOUND:
            yield Violation("receipt missing", look.operation_id, f"{look.caller} looked for it")
    for line in evidence.ledger:
        if line.operation_id not in evidence.receipts:
            yield Violation("receipt missing", line.operation_id, "the ledger has it")


def answers_differ(history: History, evidence: Evidence) -> Iterator[Violation]:
    """Every answer that tells of an operation tells what its receipt tells."""
    firsts = {line.operation_id: line.replay_of for line in evidence.ledger}
    by_key = {(each.operation_type, each.key): each for each in evidence.ledger if each.is_first}
    for call in history.calls:
        line = by_key.get((call.operation_type, call.key))
        if line is None:
            continue
        receipt = evidence.receipts.get(line.operation_id)
        for answer in filter(tells_of_operation, call.answers):
            named = str(answer.operation_id)
            # A 202 for a repeat that the ledger will decide names the repeat.
            if (firsts.get(named) or named) != line.operation_id:
                yield Violation(
                    "answer differs", call.key, f"names {named}, not {line.operation_id}"
                )
            elif receipt is not None and (told := _difference(call, answer, receipt)):
                yield Violation("answer differs", call.key, told)


def _difference(call: Call, answer: Answer, receipt: Json) -> str:
    """What the answer says otherwise than the receipt; empty where they agree."""
    if answer.status == HTTPStatus.ACCEPTED:
        return ""
    problem = receipt["problem"]
    if answer.status not in ACCEPTED:
        told = (answer.status, answer.body.get("code"))
        known = None if problem is None else (problem["status"], problem["code"])
        return "" if told == known else f"{told}, the receipt: {known or receipt['status']}"
    if problem is not None:
        return f"{answer.status}, the receipt: {problem['code']}"
    if call.operation_type in WIDGET_TYPES:
        return _unlike(answer.body, receipt["outcome"])
    record = receipt["outcome"].get("record")
    if answer.body and shown(answer.body) != shown(record):
        return f"{shown(answer.body)}, the receipt: {shown(record)}"
    return ""


def _unlike(told: Json, known: Json) -> str:
    """A caller may be told less than the receipt says, never anything else."""
    for name, value in told.items():
        if value is not None and not _is_part(value, known.get(name)):
            return f"{name} is {value!r}, the receipt: {known.get(name)!r}"
    return ""


def _is_part(value: Any, known: Any) -> bool:
    if isinstance(value, dict) and isinstance(known, dict):
        return all(each is None or known.get(name) == each for name, each in value.items())
    return bool(value == known)
