"""The pruner: a pass at every interval, by one of all workers at a time (contract §4 Retries)."""

import logging
import time
from collections.abc import Callable

from models.database import Transient
from workers.mailbox.connection import MailboxUnavailable
from workers.prune_pass import Pruned, PruneMeans, PrunePass, untold
from workers.prune_turn import PruneTurn

log = logging.getLogger(__name__)

# Below one interval, so that the same pruner finds the rest over the next time.
REST_SHARE = 0.8


class Pruner:
    """Prunes until stopped; `run` is for a thread of its own. `tell` hears of each whole pass."""

    def __init__(
        self, means: PruneMeans, interval_s: float, tell: Callable[[Pruned], None] = untold
    ) -> None:
        self._means = means
        self._interval_s = interval_s
        self._tell = tell

    def run(self) -> None:
        """Prunes now and at every interval; an outage only makes it wait for the next."""
        while True:
            try:
                self.prune()
            except MailboxUnavailable as error:
                log.warning("pruning ends: Redis is away (%s)", error)
            except Transient as error:
                log.warning("pruning ends: the database is away or busy (%s)", error)
            except Exception:
                log.exception("pruning failed")
            if self._means.stop.wait(self._interval_s):
                return

    def prune(self) -> Pruned | None:
        """Makes a pass; None when somebody prunes or has just done so. Raises like the pass."""
        turn = self._means.turn
        if not turn.rest_is_over(self._interval_s * REST_SHARE):
            return None
        done = prune_now(PrunePass(self._means), turn)
        if done is not None:
            self._tell(done)
        return done


def prune_now(one: PrunePass, turn: PruneTurn) -> Pruned | None:
    """Makes a pass and logs what it did; None when somebody else is making one."""
    if not turn.begin():
        return None
    began_s = time.monotonic()
    try:
        one.run()
    finally:
        turn.end()
        _log_counts(one.done, time.monotonic() - began_s)
    return one.done


def _log_counts(done: Pruned, took_s: float) -> None:
    """One line a pass; one that found nothing is no news."""
    found = done.receipts or done.keys or done.dead_letters
    log.log(
        logging.INFO if found else logging.DEBUG,
        "pruned %d receipts, %d keys and %d dead letters of %d projects in %.1f s",
        done.receipts,
        done.keys,
        done.dead_letters,
        done.projects,
        took_s,
    )
