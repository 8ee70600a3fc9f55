"""Order (contract §4): what was accepted first is applied first, lane by lane."""

from collections.abc import Iterator
from itertools import pairwise

from tests.faults.evidence import Evidence, LedgerLine
from tests.faults.history import TRY_AGAIN, Call, History
from tests.faults.violation import Violation


def out_of_order(history: History, evidence: Evidence) -> Iterator[Violation]:
    """Sequence follows acceptance, has no gaps, and follows what callers saw one after another."""
    ledger = sorted(evidence.ledger, key=lambda line: line.sequence)
    yield from _gaps(ledger)
    lanes = {(call.operation_type, call.key): call.lane for call in history.calls}
    for lane in ("live", "bulk"):
        # A repeat that the ledger decided is in the lane that it came in, which nobody noted.
        rows = [line for line in ledger if lanes.get((line.operation_type, str(line.key))) == lane]
        yield from _against_acceptance(rows)
        calls = {(c.operation_type, c.key): c for c in history.calls if c.lane == lane}
        seen = [(line, calls[line.operation_type, str(line.key)]) for line in rows]
        yield from _against_callers(seen)
        yield from _within_batches(seen)


def _gaps(ledger: list[LedgerLine]) -> Iterator[Violation]:
    for number, line in enumerate(ledger, start=1):
        if line.sequence != number:
            told = f"has sequence {line.sequence}, {number} is its turn"
            yield Violation("out of order", line.operation_id, told)
            return


def _against_acceptance(rows: list[LedgerLine]) -> Iterator[Violation]:
    """Operation ids sort by acceptance."""
    for before, line in pairwise(rows):
        if line.operation_id < before.operation_id:
            told = f"was applied after {before.operation_id}, which was accepted later"
            yield Violation("out of order", line.operation_id, told)


def _against_callers(seen: list[tuple[LedgerLine, Call]]) -> Iterator[Violation]:
    """Who was acknowledged before somebody else began comes first, whoever the two are."""
    latest: Call | None = None
    for _, call in seen:
        told_s = call.acknowledged_s
        if latest is not None and told_s is not None and told_s < latest.began_s:
            told = f"was acknowledged before {latest.key} began, and applied after it"
            yield Violation("out of order", call.key, told)
        if latest is None or call.began_s > latest.began_s:
            latest = call


def _within_batches(seen: list[tuple[LedgerLine, Call]]) -> Iterator[Violation]:
    """The operations of one batch follow each other, but for those that had to come again."""
    last: dict[str, int] = {}
    for _, call in seen:
        if call.place is None or any(each.status in TRY_AGAIN for each in call.answers):
            continue
        batch, index = call.place.batch, call.place.index
        if index < last.get(batch, -1):
            told = f"operation {index} of its batch was applied after {last[batch]}"
            yield Violation("out of order", call.key, told)
        last[batch] = max(index, last.get(batch, -1))
