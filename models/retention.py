"""How long the ledger and the dead letters are kept (contract §4 Retries)."""

from dataclasses import dataclass
from typing import Literal

from config.settings import Settings

DAY_MS = 24 * 60 * 60 * 1000

Days = int | Literal["forever"]


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """What was settled before these times (epoch ms) goes; None where nothing does."""

    rows_ms: int | None
    keys_ms: int | None
    dead_letters_ms: int | None


@dataclass(frozen=True, slots=True)
class Retention:
    """Days that receipts, idempotency keys and dead letters are kept."""

    receipt_days: Days
    key_days: Days
    dead_letter_days: Days

    def cutoffs(self, reference_ms: int) -> Cutoffs:
        """The times before which things go, as seen from `reference_ms`.

        A ledger row is receipt and key in one: it goes when both may. Keys are emptied apart only
        where they go first.
        """
        rows_ms = keys_ms = None
        if self.receipt_days != "forever" and self.key_days != "forever":
            rows_ms = _before(reference_ms, max(self.receipt_days, self.key_days))
        if self.key_days != "forever" and _is_longer(self.receipt_days, self.key_days):
            keys_ms = _before(reference_ms, self.key_days)
        if self.dead_letter_days == "forever":
            return Cutoffs(rows_ms, keys_ms, None)
        return Cutoffs(rows_ms, keys_ms, _before(reference_ms, self.dead_letter_days))


def retention_of(settings: Settings) -> Retention:
    """The retention that the settings ask for."""
    return Retention(
        settings.receipt_retention_days,
        settings.key_retention_days,
        settings.dead_letter_retention_days,
    )


def _is_longer(receipt_days: Days, key_days: int) -> bool:
    return receipt_days == "forever" or receipt_days > key_days


def _before(reference_ms: int, days: int) -> int:
    return max(0, reference_ms - days * DAY_MS)
