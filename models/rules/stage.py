"""Stage precedence (contract §9)."""

from typing import Literal

from models.rules.search_text import search_key

StageUpdateMode = Literal["advance_only", "exact"]
StageVerdict = Literal["set", "advanced", "moved_back", "unchanged", "skipped"]


def stage_name_key(name: str) -> str:
    """What stage names are matched by: trimmed, case-folded, however letters are composed (NFC)."""
    return search_key(name.strip())


def judge_stage(current: int | None, asked: int, mode: str) -> StageVerdict:
    """How a stage request ends, by positions in the pipeline as it stands now.

    `current` is None for a company without a stage; a later stage has a greater position.
    """
    if current is None:
        return "set"
    if asked == current:
        return "unchanged"
    if asked > current:
        return "advanced"
    return "moved_back" if mode == "exact" else "skipped"
