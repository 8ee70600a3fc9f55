"""How long a drain stays with a project: for a turn, and a moment longer with an empty mailbox."""

from workers.drain_terms import Clock, DrainLimits
from workers.mailbox.collect import Mailbox, Stir
from workers.mailbox.wake import Wake
from workers.sharing import Sharing
from workers.stop import Stop
from workers.visit import Visit, no_doubts


class Stay:
    """For the drains of one process."""

    def __init__(
        self,
        mailbox: Mailbox,
        wake: Wake,
        limits: DrainLimits,
        clock: Clock,
        stop: Stop,
        sharing: Sharing,
    ) -> None:
        self._mailbox = mailbox
        self._wake = wake
        self._limits = limits
        self._clock = clock
        self._stop = stop
        self._sharing = sharing

    def is_over(self, visit: Visit) -> bool:
        """Whether the turn is over, so that the project queues again."""
        if self._stop.is_set():
            return True
        is_long = self._clock.steady_s() - visit.began_s >= self._limits.max_s
        return (is_long or visit.others_wait) and self.may_end(visit)

    def may_end(self, visit: Visit) -> bool:
        """Whether the turn was long enough for others who wait."""
        # A backfill is in no hurry: other projects' callers wait for one batch of it at most. And
        # however late it begins, a turn is one batch: two could only hand over to each other.
        spent_s = self._clock.steady_s() - visit.began_s
        is_early = spent_s < self._sharing.slice_s and not visit.has_had_bulk
        # Nor does a turn end just before that one: short turns would never come to it.
        is_early = is_early or visit.bulk_is_next
        return visit.has_begun and not is_early and visit.suspect is None

    def linger(self, visit: Visit) -> bool:
        """Stays with the empty mailbox for a moment; True when an entry came.

        It saves the next caller a wake-up. Any bell ends it, since its job may need this worker.
        Raises MailboxUnavailable.
        """
        # Nothing is left that anything could be held against.
        visit.doubts = no_doubts()
        if not visit.has_applied or visit.succeeds_a_dead_one:
            return False
        until_s = self._clock.steady_s() + self._limits.linger_s
        while not self._stop.is_set() and not self._others_wait(visit):
            left_s = until_s - self._clock.steady_s()
            if left_s <= 0:
                return False
            piece_s = min(left_s, self._limits.linger_piece_s)
            stir = self._mailbox.linger(visit.project_id, visit.bell_id, piece_s)
            if stir is not Stir.QUIET:
                return stir is Stir.ENTRY
        return False

    def _others_wait(self, visit: Visit) -> bool:
        return visit.others_wait or self._wake.jobs_are_waiting()
