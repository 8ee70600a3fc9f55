"""The drain of one project's mailbox: the product's one RQ job.

Each batch is one database transaction: lock the project's mailbox row, read the head of one lane,
apply it, commit. Only then are its outcomes published and exactly its entries deleted. Whatever
kills a drain in between, the next one reads the same entries again and the ledger knows which of
them are done.

The drain leaves in an order that strands nothing: after its last unlock it clears the wake token,
and after that it looks once more. An entry accepted before the clearing is seen by that look; one
accepted after it finds no token and wakes a drain (tests/unit/test_wake_protocol.py explores it).
A drain that finds the lock taken just leaves: the holder's last look comes after its unlock.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from structlog.contextvars import bound_contextvars

from models.operations import LONE_TYPES
from workers.drain_meter import DrainMeter
from workers.drain_terms import Clock, Departure, DrainLimits, Guard, Storage, Unguarded
from workers.isolation import Isolation
from workers.mailbox.collect import Mailbox, Published
from workers.mailbox.connection import MailboxUnavailable
from workers.mailbox.envelope import QueuedOperation
from workers.mailbox.layout import Lane
from workers.mailbox.wake import Wake
from workers.pace import Pace
from workers.patience import Patience
from workers.sharing import Sharing
from workers.stay import Stay
from workers.stop import Stop
from workers.suspects import Errand
from workers.telling import Telling
from workers.visit import Doubts, Step, Visit

log = logging.getLogger(__name__)


def _no_probe(_: str) -> None:
    """Where a test would crash the drain, production goes on."""


class Drain:
    """Drains mailboxes, one at a time. `probe` is called with the name of each crash point."""

    def __init__(  # noqa: PLR0913 - one for each part it is made of
        self,
        storage: Storage[Any],
        mailbox: Mailbox,
        wake: Wake,
        limits: DrainLimits,
        stop: Stop,
        *,
        meter: DrainMeter,
        clock: Clock | None = None,
        guard: Guard | None = None,
        probe: Callable[[str], None] = _no_probe,
    ) -> None:
        self._storage = storage
        self._mailbox = mailbox
        self._wake = wake
        self._limits = limits
        self._stop = stop
        self._clock = clock or Clock()
        self._guard = guard or Unguarded()
        self._probe = probe
        self._meter = meter
        self._telling = Telling(mailbox, self._meter, probe)
        self._patience = Patience(self._clock, stop)
        self._isolation = Isolation(
            storage, mailbox, limits, self._clock, self._telling, self._patience, self._meter
        )
        self._pace = Pace(limits.bulk_batch_size, limits.bulk_batch_s)
        self.sharing = Sharing(limits, self._clock)
        self._stay = Stay(mailbox, wake, limits, self._clock, stop, self.sharing)
        # Of projects whose heads were under suspicion when their turn ended.
        self._doubts: dict[str, dict[Lane, Doubts]] = {}

    def run(self, project_id: str, others_wait: bool = False) -> Departure:
        """Applies what the project's mailbox holds, until nothing is left or the turn is over.

        `others_wait` says that there are turns behind this one of which no job is queued any more.

        Raises nothing that Redis or the database does: what is left undone, the sweeper wakes.
        """
        visit = Visit(project_id, self._clock.steady_s(), others_wait=others_wait)
        visit.doubts |= self._doubts.pop(project_id, {})
        return self._run(visit)

    def succeed(self, errand: Errand) -> Departure:
        """Goes on where a process died that drained the project; does not linger."""
        began_s = self._clock.steady_s()
        visit = Visit(errand.project_id, began_s, errand.lane, succeeds_a_dead_one=True)
        visit.here.careful, visit.suspect = errand.careful, errand.suspect
        return self._run(visit)

    def doubts(self, project_id: str) -> bool:
        """Whether the project's head was under suspicion when its last turn ended."""
        return project_id in self._doubts

    def _run(self, visit: Visit) -> Departure:
        self.sharing.begins(visit.project_id)
        with bound_contextvars(project_id=visit.project_id):
            return self._drained(visit)

    def _drained(self, visit: Visit) -> Departure:
        self._guard.drains(visit.project_id, visit.here.careful, visit.lane)
        try:
            departure = self._visit(visit)
        except MailboxUnavailable as error:
            log.warning("the drain of %s ends: Redis is away (%s)", visit.project_id, error)
            self._meter.failed("mailbox")
            departure = Departure.MAILBOX_AWAY
        finally:
            self._guard.leaves()
        if visit.has_doubts():
            self._doubts[visit.project_id] = visit.doubts
        log.debug("the drain of %s ends: %s", visit.project_id, departure.value)
        self._meter.left(departure)
        return departure

    def _visit(self, visit: Visit) -> Departure:
        if visit.succeeds_a_dead_one:
            # Its token may be about to expire.
            self._wake.hold(visit.project_id)
            self._prove(visit)
        while not self._stay.is_over(visit):
            done = self._step(visit)
            visit.has_begun = True
            if done is Departure.BUSY and visit.succeeds_a_dead_one:
                done = self._patience.back_off(visit, "the dead process' lock is still held")
            if done is Departure.HANDED_OVER:
                break
            if isinstance(done, Departure):
                return done
            if done is Step.AGAIN or self._stay.linger(visit):
                continue
            if self._nothing_came(visit.project_id):
                return Departure.EMPTY
        self._wake.hand_over(visit.project_id)
        return Departure.HANDED_OVER

    def _step(self, visit: Visit) -> Step | Departure:
        """Applies one batch and sorts what may go wrong into the three classes of
        docs/architecture.md, The drain protocol.
        """
        if visit.suspect is not None:
            return self._isolation.condemn(visit, visit.suspect)
        may_end = self._stay.may_end(visit)
        lanes = visit.begin_batch()
        began_s = self._clock.steady_s()
        try:
            settled = self._commit_batch(visit, lanes, may_end=may_end)
        except self._storage.too_slow as error:
            self._meter.failed("too_slow")
            return self._isolation.doubt(visit, str(error), self._clock.steady_s() - began_s)
        except self._storage.transient as error:
            self._meter.failed("transient")
            if isinstance(error, self._storage.silent):
                # It may be on its way to the end of many slow statements: fewer are behind one.
                visit.here.careful = max(visit.here.careful, len(visit.batch))
            return self._patience.back_off(visit, str(error))
        except MailboxUnavailable:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - any bug of a handler: its operation is isolated
            self._meter.failed("unexpected")
            return self._isolation.isolate(visit, error)
        if isinstance(settled, Departure):
            return settled
        visit.here.has_settled(len(visit.batch))
        if visit.batch and visit.lane == "bulk":
            self._pace.note(len(visit.batch), self._clock.steady_s() - began_s)
        return self._telling.tell(visit, settled)

    def _commit_batch(
        self, visit: Visit, lanes: tuple[Lane, Lane], *, may_end: bool
    ) -> Sequence[Published] | Departure:
        self._meter.begins()
        with self._storage.transaction() as connection:
            if not self._storage.lock_mailbox(connection, visit.project_id):
                return Departure.BUSY
            self._probe("after the lock")
            self._telling.hear(visit)
            head = self._head(visit, lanes)
            self._meter.lap("read")
            if head and visit.jobs_wait and may_end:
                return Departure.HANDED_OVER
            if head and head[0].fault == "newer_version":
                log.warning("the head of %s needs a newer worker", visit.project_id)
                return Departure.NEWER_VERSION
            visit.batch = batch_of(head)
            visit.took_all = visit.took_all and len(visit.batch) == len(head)
            if not visit.batch:
                return ()
            with self._guard.applying(visit.project_id, visit.batch, visit.here.careful):
                settled = self._storage.apply_batch(
                    connection, visit.project_id, visit.batch, self._clock.wall_ms()
                )
            self._meter.lap("save")
            self._probe("before the commit")
        self._meter.lap("commit")
        self._probe("after the commit")
        return settled

    def _batch_size(self, lane: Lane) -> int:
        size = self._limits.batch_size if lane == "live" else self._pace.size
        return self.sharing.largest_batch(lane, size)

    def _head(self, visit: Visit, lanes: tuple[Lane, Lane]) -> Sequence[QueuedOperation]:
        """The oldest entries of the first of the lanes in which any wait."""
        visit.bell_id = ""
        for lane in lanes:
            limit = visit.doubts[lane].largest_batch(self._batch_size(lane))
            head = self._mailbox.head(visit.project_id, limit, lane)
            visit.bell_id = visit.bell_id or head.bell_id
            visit.jobs_wait = head.jobs_wait
            if head.entries:
                visit.lane, visit.took_all = lane, len(head.entries) < limit
                return head.entries
        return ()

    def _prove(self, visit: Visit) -> None:
        """Lives for a while doing nothing: who kills processes whatever they do, kills it too."""
        if visit.suspect is None or not visit.suspect.control_s:
            return
        self._guard.proves(visit.project_id)
        until_s = self._clock.steady_s() + visit.suspect.control_s
        while not self._stop.is_set() and (left_s := until_s - self._clock.steady_s()) > 0:
            self._wake.hold(visit.project_id)
            self._clock.pause(self._stop, min(left_s, self._limits.linger_piece_s))
        self._guard.drains(visit.project_id, visit.here.careful, visit.lane)

    def _nothing_came(self, project_id: str) -> bool:
        """The last look, behind the last unlock and the clearing of the token."""
        self._probe("before clearing the wake token")
        self._wake.clear(project_id)
        self._probe("after clearing the wake token")
        return self._mailbox.length(project_id) == 0


def batch_of(entries: Sequence[QueuedOperation]) -> Sequence[QueuedOperation]:
    """Those of the oldest entries that go into one transaction.

    A malformed one goes alone, and so does one that may concern many rows: nothing of it is loaded.
    """
    for place, entry in enumerate(entries):
        if entry.fault is not None or entry.envelope.type in LONE_TYPES:
            return entries[: max(1, place)]
    return entries
