"""Which company a write without an explicit id speaks of (contract §8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Target:
    """The company, and why it: `oldest` is the fallback that callers are warned about."""

    company_id: str | None
    why: Literal["active", "only", "oldest", "ambiguous", "none"]


NO_COMPANY = Target(None, "none")
AMBIGUOUS = Target(None, "ambiguous")


def target_company(
    linked: Sequence[str], active: str | None, *, first_linked_fallback: bool
) -> Target:
    """Chooses among the linked companies' ids, oldest link first; placeholders count."""
    if not linked:
        return NO_COMPANY
    if active is not None and active in linked:
        return Target(active, "active")
    if len(linked) == 1:
        return Target(linked[0], "only")
    return Target(linked[0], "oldest") if first_linked_fallback else AMBIGUOUS
