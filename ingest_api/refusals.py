"""What was refused a moment ago is refused again without a way to Redis (contract §4, Load)."""

import time
from collections.abc import Callable

from workers.mailbox.answers import Answer, MailboxFull, RateLimited
from workers.mailbox.buckets import Allowance, Bucket, Level

FULL_FOR_S = 0.25
"""How long a mailbox that was full is taken to be so still."""
ENTRIES_LIMIT = 10_000

_Refuser = Bucket | str
"""A token bucket with its limit (a changed one is another), or a project whose mailbox is full."""


class Refusals:
    """Empty buckets and full mailboxes, for as long as they are sure to be so. Bounded."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until_s: dict[_Refuser, float] = {}

    def of(self, project_id: str, allowance: Allowance, *, keyless: bool) -> Answer | None:
        """How the operation of an allowance would be refused; None if it must be asked for.

        One under an idempotency key (not `keyless`) may be a repeat, which a full mailbox answers.
        """
        if not self._until_s:
            return None
        now_s = self._clock()
        if keyless and self._until_s.get(project_id, 0.0) > now_s:
            return MailboxFull()
        for bucket in allowance.buckets[0]:
            left_s = self._until_s.get(bucket, 0.0) - now_s
            if left_s > 0:
                allowance.levels = (Level(bucket, bucket.limit.most_us),)
                return RateLimited(bucket.name, left_s)
        return None

    def note(self, project_id: str, allowance: Allowance, answer: Answer) -> None:
        """Remembers how an operation was refused, if it was."""
        if isinstance(answer, MailboxFull):
            self._remember(project_id, FULL_FOR_S)
        elif isinstance(answer, RateLimited):
            for bucket in allowance.buckets[0]:
                if bucket.name == answer.bucket:
                    self._remember(bucket, answer.wait_s)

    def _remember(self, refuser: _Refuser, for_s: float) -> None:
        if len(self._until_s) >= ENTRIES_LIMIT:
            self._until_s.clear()
        self._until_s[refuser] = self._clock() + for_s
