"""How many bulk operations go into one transaction: as many as a live call may wait for."""

FIRST_SIZE = 50
SMALLEST_SIZE = 40
"""Below it what every batch costs, however small, would be most of the work."""


class Pace:
    """Learned from each batch, for all projects of one process: it is the machine that differs.

    `largest` is how many operations at most, `within_s` how long a batch is to take at most.
    """

    def __init__(self, largest: int, within_s: float) -> None:
        self._largest = largest
        self._smallest = min(SMALLEST_SIZE, largest)
        self._within_s = within_s
        self.size = min(FIRST_SIZE, largest)

    def note(self, entries: int, lasted_s: float) -> None:
        """A batch of so many took so long; a small one that was quick tells nothing of others."""
        if entries < self.size and lasted_s <= self._within_s:
            return
        fitting = min(entries * self._within_s / max(lasted_s, 0.001), 2.0 * self._largest)
        # Halfway, so that one hiccup does not make many batches small.
        aimed_at = round((self.size + fitting) / 2)
        self.size = max(self._smallest, min(self._largest, aimed_at))
