"""Holds what callers saw against what is there: every promise of contract §4 that faults can break.

Pure: values in, violations out. Each rule is one function; `violations` asks them all.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from tests.faults.answer_rules import answers_differ, receipts_missing, unexpected_answers
from tests.faults.evidence import Evidence
from tests.faults.history import Call, History
from tests.faults.order_rules import out_of_order
from tests.faults.violation import Violation

APPLIED = frozenset({"applied", "unchanged"})


def violations(history: History, evidence: Evidence) -> list[Violation]:
    """Everything that breaks a promise; empty is good."""
    found: list[Violation] = []
    for rule in RULES:
        found += rule(history, evidence)
    return found


def lost(history: History, evidence: Evidence) -> Iterator[Violation]:
    """An operation that a caller was told is accepted has a row in the ledger, under its key."""
    index = KeyIndex(evidence)
    for call in history.calls:
        if call.is_acknowledged and not index.rows(call):
            yield Violation("lost", call.key, f"{call.operation_type} of {call.caller}")


def doubled(history: History, evidence: Evidence) -> Iterator[Violation]:
    """Of a key there is one operation at most, and of a tracked value one event."""
    index = KeyIndex(evidence)
    counts = Counter(map(str, evidence.event_values))
    for call in history.calls:
        rows = index.rows(call)
        if rows > 1:
            yield Violation("doubled", call.key, f"{rows} rows of {call.operation_type}")
        if call.operation_type != "track":
            continue
        wanted = 1 if index.status(call) in APPLIED else 0
        stored = counts[str(call.body["value"])]
        if stored > wanted:
            yield Violation("doubled", call.key, f"{stored} events where {wanted} belong")
        elif stored < wanted:
            yield Violation("lost", call.key, "the ledger has it and its event is not stored")


def refused_and_applied(history: History, evidence: Evidence) -> Iterator[Violation]:
    """What was refused without an operation has no row: nothing was or will be applied."""
    index = KeyIndex(evidence)
    for call in history.calls:
        final = call.final
        if final is not None and not call.is_acknowledged and index.rows(call):
            yield Violation("refused and applied", call.key, f"answered {final.status}")


def out_of_nowhere(history: History, evidence: Evidence) -> Iterator[Violation]:
    """Nothing is in the ledger that nobody asked for."""
    asked = {(call.operation_type, call.key) for call in history.calls}
    for line in evidence.ledger:
        if line.is_first and (line.operation_type, line.key) not in asked:
            yield Violation("out of nowhere", line.operation_id, line.operation_type)


def still_queued(_: History, evidence: Evidence) -> Iterator[Violation]:
    """At the end nothing waits, and what counts what waits says so."""
    for key, held in evidence.waiting.items():
        if held:
            yield Violation("still queued", key, f"holds {held}")


def failed(_: History, evidence: Evidence) -> Iterator[Violation]:
    """No fault of Redis, the database or a process makes an operation fail."""
    for line in evidence.ledger:
        if line.status == "failed":
            yield Violation("failed", line.operation_id, line.operation_type)
    for operation_id in evidence.dead_letters:
        yield Violation("failed", operation_id, "is a dead letter")


class KeyIndex:
    """How many operations a key has in the ledger, and what became of the first."""

    def __init__(self, evidence: Evidence) -> None:
        self._lines: dict[tuple[str, str | None], list[str]] = {}
        for line in evidence.ledger:
            if line.is_first:
                place = (line.operation_type, line.key)
                self._lines.setdefault(place, []).append(line.status)

    def rows(self, call: Call) -> int:
        """How many operations have this call's type and key."""
        return len(self._lines.get((call.operation_type, call.key), ()))

    def status(self, call: Call) -> str:
        """What became of it; empty where there is none."""
        found = self._lines.get((call.operation_type, call.key))
        return found[0] if found else ""


Rule = Callable[[History, Evidence], Iterator[Violation]]
RULES: tuple[Rule, ...] = (
    lost,
    doubled,
    out_of_order,
    answers_differ,
    receipts_missing,
    refused_and_applied,
    out_of_nowhere,
    unexpected_answers,
    still_queued,
    failed,
)
