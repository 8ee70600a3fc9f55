"""Whose turn it is to prune: one process of the whole fleet at a time."""

import logging
import math
import time

from redis import Redis
from redis.lock import Lock

from workers.mailbox import layout
from workers.mailbox.connection import MailboxUnavailable, translated

log = logging.getLogger(__name__)

LOCK_S = 60.0
# Redis syncs its file to disk for each renewal: not every page is one.
RENEW_SHARE = 1 / 3


class PruneTurn:
    """A lock with expiry. Two that hold it by mistake do each other's work, and no harm."""

    def __init__(self, redis: Redis, *, lock_s: float = LOCK_S) -> None:
        self._redis = redis
        self._lock = Lock(redis, layout.PRUNE, timeout=lock_s, blocking=False, thread_local=False)
        self._renew_every_s = lock_s * RENEW_SHARE
        self._renew_at_s = math.inf

    def rest_is_over(self, rest_s: float) -> bool:
        """Whether nobody pruned lately; then the next rest begins. Raises MailboxUnavailable."""
        rest_ms = max(1, round(rest_s * 1000))
        with translated():
            return bool(self._redis.set(layout.PRUNE_REST, "1", nx=True, px=rest_ms))

    def begin(self) -> bool:
        """Takes the turn; False while somebody else has it. Raises MailboxUnavailable."""
        with translated():
            taken = self._lock.acquire()
        self._renew_at_s = time.monotonic() + self._renew_every_s
        return bool(taken)

    def keep(self) -> None:
        """Makes the turn last. Raises MailboxUnavailable, also when it was lost."""
        now_s = time.monotonic()
        if now_s >= self._renew_at_s:
            with translated():
                self._lock.reacquire()
            self._renew_at_s = now_s + self._renew_every_s

    def end(self) -> None:
        """Gives the turn back; where Redis does not take it, it expires."""
        try:
            with translated():
                self._lock.release()
        except MailboxUnavailable as error:
            log.warning("the turn to prune is not given back, it expires (%s)", error)
