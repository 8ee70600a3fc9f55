"""A worker process says that it lives, for health and metrics (contract §13).

RQ's own key of a worker is renewed around a job and not within one, so it has to outlive a killed
worker by a minute and more.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from redis import Redis

from workers.mailbox import layout
from workers.mailbox.connection import MailboxUnavailable, connect, translated
from workers.mailbox.seldom import Seldom

log = logging.getLogger(__name__)

BEAT_EVERY_S = 2.0
GONE_AFTER_S = 10
"""Who has said nothing for so long is not counted."""


class Presence:
    """What one worker process says of itself."""

    def __init__(self, redis_url: str, timeout_s: float) -> None:
        self._redis: Redis = connect(redis_url, timeout_s)
        self._leave_within_s = 2 * timeout_s
        self._key = layout.worker_key(secrets.token_hex(8))
        self._warnings = Seldom()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)

    @contextmanager
    def kept_up(self) -> Iterator[None]:
        """Beats meanwhile, by a thread of its own; an outage of Redis only makes it wait."""
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join(self._leave_within_s)

    def beat(self) -> None:
        """Says it once. Raises MailboxUnavailable."""
        with translated():
            # A full Redis renews what is there, and takes in nothing new.
            if not self._redis.expire(self._key, GONE_AFTER_S):
                self._announce()

    def leave(self) -> None:
        """Says that it ends. Raises MailboxUnavailable."""
        with translated():
            self._redis.delete(self._key)
            self._redis.srem(layout.WORKERS, self._key)

    def _announce(self) -> None:
        """Enters itself, and strikes those out that have gone without a word."""
        with self._redis.pipeline(transaction=True) as commands:
            commands.set(self._key, "1", ex=GONE_AFTER_S)
            commands.sadd(layout.WORKERS, self._key)
            commands.smembers(layout.WORKERS)
            _, _, known = commands.execute()
        gone = [key for key in known if not self._redis.exists(key)]
        if gone:
            self._redis.srem(layout.WORKERS, *gone)

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                self._try(self.beat)
                self._over.wait(BEAT_EVERY_S)
            self._try(self.leave)
        finally:
            self._redis.close()

    def _try(self, say: Callable[[], None]) -> None:
        try:
            say()
        except MailboxUnavailable as error:
            if self._warnings.is_due():
                log.warning("nobody hears that this worker lives: Redis is away (%s)", error)
