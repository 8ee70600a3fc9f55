"""How long what was applied is kept (docs/operations/retention.md)."""

from pydantic import Field

from config.sections.section import Days, KeyDays, Seconds, Section


class Keeping(Section):
    """Retention, and the pace of pruning."""

    receipt_retention_days: Days = Field(
        30, description="how long receipts are kept, `forever` to prune none"
    )
    key_retention_days: KeyDays = Field(
        7, description="how long idempotency keys are kept, with their receipts; at least 7"
    )
    dead_letter_retention_days: Days = Field(
        90, description="how long dead letters are kept, `forever` to prune none"
    )
    prune_interval_s: Seconds = Field(600.0, description="pause between two rounds of pruning")
    prune_batch_size: int = Field(500, ge=1, le=2_000, description="rows pruned in one transaction")
    prune_pause_s: float = Field(
        0.05, ge=0, le=60, description="pause of the pruning between two transactions"
    )
