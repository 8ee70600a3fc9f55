"""What callers felt of each fault, out of what they noted. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.faults.history import Answer

APPLIED = frozenset({200, 201, 204})
UNAVAILABLE = 503


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault that happened: when it began, when what it took away was back, when all was quiet."""

    name: str
    began_s: float
    back_s: float
    over_s: float


@dataclass(frozen=True, slots=True)
class Felt:
    """What callers felt of it.

    `silence_s` is the longest time in which nobody was told that an operation is applied,
    `recovered_s` how much of it came after what was taken away was back.
    """

    name: str
    down_s: float
    silence_s: float
    recovered_s: float
    unavailable: int
    unanswered: int

    def line(self) -> str:
        """The row of the table."""
        return (
            f"{self.name:32} {self.down_s:7.1f} {self.silence_s:9.1f} {self.recovered_s:10.1f}"
            f" {self.unavailable:6} {self.unanswered:10}"
        )


HEAD = f"{'fault':32} {'down s':>7} {'silence s':>9} {'back s':>10} {'503s':>6} {'no answer':>10}"


def felt(struck: Struck, answers: Sequence[Answer], until_s: float) -> Felt:
    """What the callers, who had these answers and called until then, felt of the fault."""
    over_s = min(struck.over_s, until_s)
    within = [each for each in answers if struck.began_s <= each.ended_s <= over_s]
    told = sorted(each.ended_s for each in within if each.status in APPLIED)
    moments = [struck.began_s, *told, over_s]
    silence_s, ended_s = max((b - a, b) for a, b in pairwise(moments))
    return Felt(
        struck.name,
        struck.back_s - struck.began_s,
        silence_s,
        min(silence_s, max(0.0, ended_s - struck.back_s)),
        sum(each.status == UNAVAILABLE for each in within),
        sum(each.status is None for each in within),
    )
