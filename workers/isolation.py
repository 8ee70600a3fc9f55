"""Finds the one operation that fails by itself, and sets it aside (docs/adr/0015).

It raises, or its statement never ends, or the processes before this one died of it. Everything
around it is applied, in order.
"""

import logging
import math
import traceback
from typing import Any

from workers.drain_meter import DrainMeter
from workers.drain_terms import Clock, Departure, DrainLimits, Storage
from workers.mailbox.collect import Mailbox
from workers.mailbox.connection import MailboxUnavailable
from workers.mailbox.envelope import MalformedEntry
from workers.mailbox.trace import trace_fields
from workers.patience import Patience
from workers.suspects import NeverEnded, Suspect
from workers.telling import Telling
from workers.visit import NEVER_SLOW, Step, Visit

log = logging.getLogger(__name__)

# A database that writes a dead letter in this share of a statement's limit is not slow.
QUICK_SHARE = 0.1


class _DatabaseIsSlow(Exception):
    """Nothing may be held against an operation now."""


class Isolation:
    """For the drains of one process."""

    def __init__(
        self,
        storage: Storage[Any],
        mailbox: Mailbox,
        limits: DrainLimits,
        clock: Clock,
        telling: Telling,
        patience: Patience,
        meter: DrainMeter,
    ) -> None:
        self._storage = storage
        self._mailbox = mailbox
        self._limits = limits
        self._clock = clock
        self._telling = telling
        self._patience = patience
        self._meter = meter

    def isolate(self, visit: Visit, error: BaseException) -> Step | Departure:
        """A batch raised: closes in on the one culprit, halving the head in order."""
        if not visit.batch:
            return self._patience.back_off(visit, _place_of(error))
        if visit.here.suspects != 1:
            # Also a batch of one gets a second try, so that no single hiccup sets it aside.
            malformed = visit.batch[0].fault is not None
            visit.here.suspects = 1 if malformed else len(visit.batch)
            log.warning(
                "a batch of %d failed: %s (project %s)",
                len(visit.batch),
                _place_of(error),
                visit.project_id,
            )
            return Step.AGAIN
        return self._set_aside(visit, visit.batch[0].operation_id, error)

    def doubt(self, visit: Visit, reason: str, lasted_s: float) -> Step | Departure:
        """A statement took too long: the database may be slow, or one operation never ends.

        It is the operation's fault if it outlasts the limit alone, again and again, while its dead
        letter, which is no less work than most operations, is written at once.
        """
        doubts = visit.here
        if visit.batch and lasted_s >= self._limits.statement_timeout_s:
            doubts.careful = max(doubts.careful, len(visit.batch))
            if len(visit.batch) == 1:
                doubts.slow = doubts.slow.again(visit.batch[0].operation_id)
        if doubts.slow.tries < self._limits.poison_deaths:
            return self._patience.back_off(visit, reason)
        operation_id, doubts.slow = doubts.slow.operation_id, NEVER_SLOW
        return self._set_aside(visit, operation_id, NeverEnded(), self._quick_s())

    def condemn(self, visit: Visit, suspect: Suspect) -> Step | Departure:
        """Sets aside what the processes before this one died of."""
        # A machine that hardly moves makes anything time out.
        within_s = self._quick_s() if isinstance(suspect.poison, NeverEnded) else math.inf
        return self._set_aside(visit, suspect.operation_id, suspect.poison, within_s)

    def _quick_s(self) -> float:
        return self._limits.statement_timeout_s * QUICK_SHARE

    def _set_aside(
        self, visit: Visit, operation_id: str, error: BaseException, within_s: float = math.inf
    ) -> Step | Departure:
        """Gives the culprit to the dead letters, in a transaction of its own.

        If that takes longer than `within_s`, it is the database that is slow, and nobody's fault.
        """
        self._meter.begins()
        began_s = self._clock.steady_s()
        try:
            with self._storage.transaction() as connection:
                if not self._storage.lock_mailbox(connection, visit.project_id):
                    return Departure.BUSY
                head = self._mailbox.head(visit.project_id, 1, visit.lane)
                if [entry.operation_id for entry in head.entries] != [operation_id]:
                    # Another drain was here meanwhile.
                    visit.here.suspects, visit.suspect = 0, None
                    return Step.AGAIN
                (culprit,) = visit.batch = head.entries
                reason = error if culprit.fault is None else MalformedEntry("no envelope")
                settled = self._storage.dead_letter(
                    connection, visit.project_id, culprit, reason, self._clock.wall_ms()
                )
                if self._clock.steady_s() - began_s > within_s:
                    raise _DatabaseIsSlow
        except MailboxUnavailable:
            raise
        except _DatabaseIsSlow as refusal:
            # It is tried once more, as things are then.
            visit.suspect = None
            return self._patience.back_off(visit, _place_of(refusal))
        except Exception as refusal:  # noqa: BLE001 - not even that can be written: no operation's fault
            return self._patience.back_off(visit, _place_of(refusal))
        self._meter.set_aside(culprit)
        named = {"operation_id": culprit.operation_id, **trace_fields(culprit.envelope.traceparent)}
        log.error("%s was set aside: %s", culprit.operation_id, _place_of(error), extra=named)
        visit.here.has_settled(1)
        visit.here.suspects, visit.suspect = 0, None
        return self._telling.tell(visit, [settled])


def _place_of(error: BaseException) -> str:
    """Kind and place of an error; its text may quote what people sent."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
