"""What the surviving contact holds after a merge (contract §5.3)."""

from collections.abc import Sequence


def filled(kept: str | None, other: str | None) -> str | None:
    """A value of the survivor; an empty one is filled from the merged contact."""
    return kept or other


def united_tags(kept: Sequence[str], other: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*kept, *other]))


def joined_notes(kept: str | None, other: str | None) -> str | None:
    """Both notes, the survivor's first."""
    if kept and other and kept != other:
        return f"{kept}\n\n{other}"
    return kept or other
