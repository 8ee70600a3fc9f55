"""How fast backlogs go down, as told by those who waited: who would wait in vain is told at once
(contract §4).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

DEEP_ENTRIES = 200
"""Below it the wait says more of the way there and back than of the backlog."""
LIFE_S = 3.0
"""How long what was seen holds; after that somebody waits again, and sees."""
NEWEST_SHARE = 0.3
PROJECTS_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class _Seen:
    s_per_entry: float
    ends_at_s: float


class Pace:
    """What each waiting entry costs a newcomer, by project."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._seen: dict[str, _Seen] = {}

    def wait_s(self, project_id: str, depth: int) -> float:
        """How long an operation at this depth is expected to wait; 0 where nobody knows."""
        seen = self._fresh(project_id)
        return 0.0 if seen is None or depth < DEEP_ENTRIES else seen.s_per_entry * depth

    def learn(self, project_id: str, depth: int, waited_s: float, *, in_vain: bool) -> None:
        """Takes note of one who waited at this depth for so long, for the outcome or `in_vain`."""
        if depth < DEEP_ENTRIES:
            return
        s_per_entry = waited_s / depth
        seen = self._fresh(project_id)
        if seen is not None and in_vain:
            # It would have taken longer still.
            s_per_entry = max(seen.s_per_entry, s_per_entry)
        elif seen is not None:
            s_per_entry = seen.s_per_entry + NEWEST_SHARE * (s_per_entry - seen.s_per_entry)
        if len(self._seen) >= PROJECTS_LIMIT:
            self._seen.clear()
        self._seen[project_id] = _Seen(s_per_entry, self._clock_s() + LIFE_S)

    def _fresh(self, project_id: str) -> _Seen | None:
        seen = self._seen.get(project_id)
        return seen if seen is not None and self._clock_s() < seen.ends_at_s else None
