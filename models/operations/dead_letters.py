"""The account write that forgets a dead letter (contract §11)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class DiscardDeadLetter:
    """Forgets an operation that was set aside."""

    dead_letter_id: str
