"""What a placeholder leaves behind when it makes way for a real company (contract §5.5)."""

from typing import Any, Protocol

from models.rules.merge_patch import merge_patch


class Account(Protocol):
    """The fields of a company that a placeholder can have gathered."""

    stage_id: str | None
    deal_value_e4: int | None
    notes: str | None
    metadata: dict[str, Any]


def folded(real: Account, placeholder: Account) -> dict[str, Any]:
    """The real company's fields afterwards: its own, and the placeholder's where it has none."""
    return {
        "stage_id": real.stage_id if real.stage_id is not None else placeholder.stage_id,
        "deal_value_e4": (
            real.deal_value_e4 if real.deal_value_e4 is not None else placeholder.deal_value_e4
        ),
        "notes": real.notes or placeholder.notes,
        "metadata": merge_patch(placeholder.metadata, real.metadata),
    }
