"""How large a batch may be (contract §3)."""

from dataclasses import dataclass

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """Of the inflated body, and of the operations in it."""

    body_bytes: int
    operations: int


WIDGET_BATCH = BatchLimits(_MIB, 100)
ACCOUNT_BATCH = BatchLimits(4 * _MIB, 1_000)
