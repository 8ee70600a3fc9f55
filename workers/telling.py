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
        """Publishes and deletes what is committed. Raises MailboxUnavailable.

        In a busy mailbox the deletion goes on while the next transaction begins.
        """
        visit.failures_in_a_row, visit.waited_s = 0, 0.0
        if not visit.batch:
            return Step.NOTHING_LEFT
        changed = any(queued.envelope.type in PROJECT_TYPES for queued in visit.batch)
        self._mailbox.publish(settled, visit.project_id if changed else None)
        self._probe("after the publication")
        if visit.is_busy:
            self._mailbox.delete_meanwhile(visit.project_id, visit.batch)
            visit.being_deleted = visit.batch
            step = Step.AGAIN
        else:
            left = self._mailbox.delete(visit.project_id, visit.batch)
            visit.has_told(left)
            step = Step.AGAIN if any(left.values()) else Step.NOTHING_LEFT
        self._probe("after the deletion")
        self._meter.settled(visit.project_id, visit.batch, settled)
        return step

    def hear(self, visit: Visit) -> None:
        """Waits until what is being deleted is. Raises MailboxUnavailable."""
        if visit.being_deleted:
            deleted, visit.being_deleted = visit.being_deleted, ()
            visit.has_told(self._mailbox.left_then(visit.project_id, deleted))
