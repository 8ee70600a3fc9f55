"""What the ledger applied, played again on the plain sequential model (tests/model)."""

from collections.abc import Iterator

from tests.faults.evidence import Evidence
from tests.faults.history import History, Json
from tests.faults.violation import Violation
from tests.model.comparing import expect_same, expected, told
from tests.model.sequential import Model

SHOWN_CHARS = 600


def unlike_the_model(
    model: Model, history: History, evidence: Evidence, stored: Json
) -> Iterator[Violation]:
    """Where a receipt, or all that is stored, is not what the model makes of the same operations.

    `model` is the project before the first one. Rows of repeats change nothing.
    """
    bodies = {(call.operation_type, call.key): call.body for call in history.calls}
    for line in evidence.ledger:
        body = bodies.get((line.operation_type, str(line.key)))
        if not line.is_first or body is None:
            continue
        result = model.apply(
            line.operation_type,
            body,
            operation_id=line.operation_id,
            accepted_at_ms=line.accepted_at_ms,
        )
        receipt = evidence.receipts.get(line.operation_id)
        if receipt is not None:
            yield from _difference(line.operation_id, told(receipt), expected(result))
    yield from _difference("the final state", stored, model.snapshot())


def _difference(subject: str, pipeline: Json, model: Json) -> Iterator[Violation]:
    try:
        expect_same(pipeline, model)
    except AssertionError as difference:
        yield Violation("not as the model says", subject, str(difference)[:SHOWN_CHARS])
