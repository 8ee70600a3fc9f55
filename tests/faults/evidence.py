"""What is there when a round is over: ledger, receipts, events, and what still waits. Values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One row of the ledger, as far as it says what was applied, when and under which key."""

    operation_id: str
    sequence: int
    operation_type: str
    status: str
    accepted_at_ms: int
    key: str | None = None
    replay_of: str | None = None

    @property
    def is_first(self) -> bool:
        """Whether the row is that of an operation itself, not of a repeat under its key."""
        return self.replay_of is None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One project after a round, all its operations settled or not.

    `receipts` are those of account callers, by operation. `event_values` are the values of all
    stored events, in no order. `waiting` is what Redis still holds of the project, by key.
    """

    ledger: tuple[LedgerLine, ...]
    receipts: Mapping[str, Json]
    event_values: tuple[Any, ...] = ()
    waiting: Mapping[str, int] = field(default_factory=dict)
    dead_letters: tuple[str, ...] = ()

    def as_document(self) -> Json:
        """The evidence as JSON values, for the log that a violation leaves."""
        return asdict(self)
