"""How much a run measures, and where its progress goes."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of one run; a quick one tells the order of magnitude."""

    quick: bool = False

    @property
    def rounds(self) -> int:
        """How often each thing is measured; the median counts."""
        return 1 if self.quick else 3

    def scaled(self, count: int) -> int:
        """A count of operations, or the part of it that a quick run takes."""
        return max(1, count // 5) if self.quick else count

    def scaled_s(self, duration_s: float) -> float:
        """How long something is measured."""
        return duration_s / 5 if self.quick else duration_s


def say(progress: str) -> None:
    """Tell a person how far the run is."""
    print(f"bench: {progress}", file=sys.stderr, flush=True)
