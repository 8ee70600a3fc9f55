"""When a worker process makes room for a new one: by its age, by its memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from workers.child import Child

MEMORY_LOOK_S = 5.0
# A limit below what every process takes must not keep them all from working.
LEAST_LIFE_S = 60.0


@dataclass(frozen=True, slots=True)
class Recycling:
    """The limits; 0 is none."""

    max_age_s: float = 0.0
    max_memory_bytes: int = 0

    def reason(self, child: Child, now_s: float) -> str | None:
        """Why it has to go, None if it has not."""
        age_s = now_s - child.started_s
        if self.max_age_s and age_s >= self.max_age_s:
            return f"it is {age_s:.1f} s old"
        if not self.max_memory_bytes or age_s < LEAST_LIFE_S:
            return None
        size_bytes = child.memory_bytes()
        if size_bytes <= self.max_memory_bytes:
            return None
        return f"it takes {size_bytes >> 20} MiB of memory"

    def looks(self, children: Sequence[Child], now_s: float) -> list[float]:
        """When to ask again: a moment for each limit that may be passed."""
        moments_s = [now_s + MEMORY_LOOK_S] if self.max_memory_bytes and children else []
        if self.max_age_s:
            # Who is past it has been told to go already.
            ends_s = [child.started_s + self.max_age_s for child in children]
            moments_s += [end_s for end_s in ends_s if end_s > now_s]
        return moments_s
