"""What Redis refuses of that for which nobody waits: it is counted, and said now and then."""

import logging
from collections.abc import Iterable
from typing import Any

from redis.exceptions import NoScriptError

from workers.mailbox.connection import unavailable
from workers.mailbox.metrics import RedisMeter
from workers.mailbox.seldom import Seldom

log = logging.getLogger(__name__)


class Untold:
    """Publications that did not come through: who waits for their outcomes asks the ledger."""

    def __init__(self, meter: RedisMeter) -> None:
        self._meter = meter
        self._warnings = Seldom()

    def note(self, answers: Iterable[Any]) -> None:
        """Takes note of the errors among Redis' answers."""
        for error in answers:
            # A script that Redis has forgotten is told it again.
            if not isinstance(error, Exception) or isinstance(error, NoScriptError):
                continue
            refusal = unavailable(error)
            self._meter.failed(refusal)
            if self._warnings.is_due():
                log.warning("outcomes are not told to who waits for them (%s)", refusal)
