"""What callers saw: each operation they asked for, and every answer they had. Values only."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

Json = dict[str, Any]

ACCEPTED = frozenset({200, 201, 202, 204})
TRY_AGAIN = frozenset({408, 429, 503})
"""What says nothing about the operation: the caller asks again under the same key."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request came to; status None: no answer, for the reason in `lost`.

    Times are seconds since the round began. `operation_id` is the one that the answer names.
    """

    began_s: float
    ended_s: float
    status: int | None
    body: Json
    operation_id: str | None = None
    retry_after: str | None = None
    lost: str = ""

    @property
    def is_final(self) -> bool:
        """Whether the caller need not ask again."""
        return self.status is not None and self.status not in TRY_AGAIN and self.status < 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operation stood in a batch."""

    batch: str
    index: int


@dataclass(frozen=True, slots=True)
class Call:
    """One operation that a caller asked for, until it was answered or the caller gave up.

    `body` is what the model takes: it holds what an account route's path names, too.
    """

    caller: str
    operation_type: str
    body: Json
    key: str
    answers: tuple[Answer, ...]
    lane: str = "live"
    place: Place | None = None

    @property
    def began_s(self) -> float:
        return self.answers[0].began_s

    @property
    def final(self) -> Answer | None:
        """The answer that ended it; None if the caller gave up."""
        last = self.answers[-1]
        return last if last.is_final else None

    @property
    def is_acknowledged(self) -> bool:
        """Whether the caller may rely on the operation having been accepted."""
        return self.acknowledged_s is not None

    @property
    def acknowledged_s(self) -> float | None:
        """When the first answer came that tells of an accepted operation."""
        told = (each.ended_s for each in self.answers if tells_of_operation(each))
        return min(told, default=None)


@dataclass(frozen=True, slots=True)
class Look:
    """A receipt that a caller asked for after a 202."""

    caller: str
    operation_id: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class History:
    """All that the callers of one project saw."""

    calls: tuple[Call, ...]
    looks: tuple[Look, ...] = ()

    def as_document(self) -> Json:
        """The history as JSON values, for the log that a violation leaves."""
        return asdict(self)


def tells_of_operation(answer: Answer) -> bool:
    """Whether the answer is that of an operation, refused by the worker or not."""
    return answer.is_final and (answer.status in ACCEPTED or answer.operation_id is not None)


def all_answers(history: History) -> Iterable[tuple[str, Answer]]:
    """Every answer, with the caller and what was asked for."""
    for call in history.calls:
        for answer in call.answers:
            yield f"{call.caller} {call.operation_type} {call.key}", answer
    for look in history.looks:
        yield f"{look.caller} receipt {look.operation_id}", look.answer
