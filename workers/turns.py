"""One job after the other while drains are queued, without RQ in between.

Around each job RQ writes about ten times, and with `appendfsync always` each of those is an fsync:
where two projects share a worker, their callers would wait for that more than for the drains.
"""

import logging
import time
from collections.abc import Callable, Sequence

from workers.mailbox.connection import MailboxUnavailable
from workers.mailbox.wake import Wake
from workers.stop import Stop

log = logging.getLogger(__name__)


class Turns:
    """What a worker's job runs: the drain that it is for, then those that are queued behind it.

    Where several are queued they have a `round` first, at most `round_projects` of them; it returns
    those that need a drain of their own, and each drain is told whether others wait for it. After
    `max_s` the job ends, so that RQ can look after itself.
    """

    def __init__(
        self,
        drain: Callable[[str, bool], object],
        round_: Callable[[Sequence[str]], Sequence[str]],
        wake: Wake,
        stop: Stop,
        *,
        max_s: float,
        round_projects: int,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._drain = drain
        self._round = round_
        self._wake = wake
        self._stop = stop
        self._max_s = max_s
        self._round_projects = round_projects
        self._clock_s = clock_s

    def run(self, project_id: str) -> None:
        """Drains the project, and others as long as any are queued."""
        until_s = self._clock_s() + self._max_s
        following: Sequence[str] = [project_id]
        while following:
            turns = self._round(following) if len(following) > 1 else following
            for place, each in enumerate(turns, 1):
                # One that is to stop hands them over.
                self._drain(each, place < len(turns))
            following = ()
            if not self._stop.is_set() and self._clock_s() < until_s:
                following = self._next()

    def _next(self) -> Sequence[str]:
        try:
            return self._wake.take_jobs(self._round_projects)
        except MailboxUnavailable as error:
            log.warning("no further turn: Redis is away (%s)", error)
            return ()
