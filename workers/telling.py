"""What follows a commit: outcomes are published, and exactly their entries deleted."""

from collections.abc import Callable, Sequence

from models.operations import PROJECT_TYPES
from workers.drain_meter import DrainMeter
from workers.mailbox.collect import Mailbox, Published
from workers.visit import Step, Visit


class Telling:
    """For one mailbox; `probe` is called with the name of each crash point."""

    def __init__(self, mailbox: Mailbox, meter: DrainMeter, probe: Callable[[str], None]) -> None:
        self._mailbox = mailbox
        self._meter = meter
        self._probe = probe

    def tell(self, visit: Visit, settled: Sequence[Published]) -> Step:
        """Publishes and deletes what is committed. Raises MailboxUnavailable."""
        visit.failures_in_a_row, visit.waited_s = 0, 0.0
        if not visit.batch:
            return Step.NOTHING_LEFT
        changed = any(queued.envelope.type in PROJECT_TYPES for queued in visit.batch)
        self._mailbox.publish(settled, visit.project_id if changed else None)
        self._probe("after the publication")
        left = self._mailbox.delete(visit.project_id, visit.batch)
        self._probe("after the deletion")
        self._meter.settled(visit.project_id, visit.batch, settled)
        visit.has_told(left)
        return Step.AGAIN if any(left.values()) else Step.NOTHING_LEFT
