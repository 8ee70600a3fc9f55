"""A small history without a fault in it, and what is there at its end, to be spoilt by tests."""

from dataclasses import replace
from typing import Any

from tests.faults.evidence import Evidence, Json, LedgerLine
from tests.faults.history import Answer, Call, History, Place

ACCEPTED_AT_MS = 1_750_000_000_000


def operation_id(number: int) -> str:
    return f"op_{number:032x}"


def answered(at_s: float, status: int | None, number: int = 0, **fields: Any) -> Answer:
    """An answer of a hundredth of a second; `number` is that of its operation, 0 for none."""
    named = operation_id(number) if number else None
    body: Json = {"operation_id": named, "type": "track", "status": "applied"} if named else {}
    answer = Answer(at_s, at_s + 0.01, status, body, named)
    return replace(answer, **fields)


def tracked(number: int, *answers: Answer, caller: str = "ann", **fields: Any) -> Call:
    """A tracked value; without answers it was applied at once, as the operation of its number."""
    given = answers or (answered(float(number), 200, number),)
    body = {"visitor_id": caller, "name": "login", "value": f"{caller}-{number}"}
    return Call(caller, "track", body, f"{caller}-{number}", given, **fields)


def in_batch(number: int, index: int, *answers: Answer) -> Call:
    """The same as a part of a batch, all of which began at once."""
    given = answers or (answered(1.0, 200, number),)
    return tracked(number, *given, place=Place("batch", index))


def applied(number: int, call: Call, **fields: Any) -> LedgerLine:
    """The row of a call, as the operation of this number."""
    line = LedgerLine(
        operation_id(number), number, call.operation_type, "applied", ACCEPTED_AT_MS, call.key
    )
    return replace(line, **fields)


def receipt(line: LedgerLine, **fields: Any) -> Json:
    """What an account caller reads of an applied operation."""
    outcome = {"operation_id": line.operation_id, "type": "track", "status": line.status}
    document = {"status": line.status, "outcome": outcome, "problem": None}
    return {"operation_id": line.operation_id, **document, **fields}


def left(*lines: LedgerLine, values: tuple[Any, ...] | None = None, **fields: Any) -> Evidence:
    """The evidence of these rows, each with its receipt and its event."""
    told = [str(line.key) for line in lines if line.is_first and line.status == "applied"]
    return Evidence(
        ledger=lines,
        receipts=fields.pop("receipts", {line.operation_id: receipt(line) for line in lines}),
        event_values=tuple(told) if values is None else values,
        **fields,
    )


def history(*calls: Call, **fields: Any) -> History:
    return History(calls, **fields)
