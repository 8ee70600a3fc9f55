"""One broken promise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """`kind` is the promise, `subject` the operation, key or place, `told` what was seen."""

    kind: str
    subject: str
    told: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}: {self.told}"
