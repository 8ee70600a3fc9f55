"""What was refused a moment ago is refused again without a way to Redis (contract §4, Load)."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from workers.mailbox.answers import Answer, MailboxFull, RateLimited
from workers.mailbox.buckets import Allowance, Bucket, Level
from workers.mailbox.envelope import Envelope, encode

FULL_FOR_S = 0.25
"""How long a mailbox that was full is taken to be so still."""
ENTRIES_LIMIT = 10_000
"""Of buckets, and of mailboxes."""


class _Full(NamedTuple):
    """A mailbox that had no room for an envelope of this size: a smaller one may fit."""

    until_s: float
    size_bytes: int


class Refusals:
    """Empty buckets and full mailboxes, for as long as they are sure to be so. Bounded."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        # A changed limit makes another bucket.
        self._empty_until_s: dict[Bucket, float] = {}
        self._full: dict[str, _Full] = {}

    def of(self, project_id: str, allowance: Allowance, envelope: Envelope) -> Answer | None:
        """How the operation would be refused; None if it must be asked for.

        One under an idempotency key may be a repeat, which a full mailbox answers.
        """
        if not self._empty_until_s and not self._full:
            return None
        now_s = self._clock_s()
        if envelope.idempotency_key is None and self._has_no_room(project_id, envelope, now_s):
            return MailboxFull()
        return self._limited(allowance, now_s)

    def note(
        self, project_id: str, allowance: Allowance, envelope: Envelope, answer: Answer
    ) -> None:
        """Remembers how an operation was refused, if it was."""
        now_s = self._clock_s()
        if isinstance(answer, MailboxFull):
            _make_room(self._full)
            self._full[project_id] = _Full(now_s + FULL_FOR_S, len(encode(envelope)))
        elif isinstance(answer, RateLimited):
            for bucket in allowance.buckets[0]:
                if bucket.name == answer.bucket:
                    _make_room(self._empty_until_s)
                    self._empty_until_s[bucket] = now_s + answer.wait_s

    def _limited(self, allowance: Allowance, now_s: float) -> RateLimited | None:
        """By the bucket that is known to be empty for longest."""
        empty: Bucket | None = None
        until_s = now_s
        for bucket in allowance.buckets[0]:
            if self._empty_until_s.get(bucket, 0.0) > until_s:
                empty, until_s = bucket, self._empty_until_s[bucket]
        if empty is None:
            return None
        allowance.levels = (Level(empty, empty.limit.most_us),)
        return RateLimited(empty.name, until_s - now_s)

    def _has_no_room(self, project_id: str, envelope: Envelope, now_s: float) -> bool:
        full = self._full.get(project_id)
        if full is None or full.until_s <= now_s:
            return False
        return len(encode(envelope)) >= full.size_bytes


def _make_room(remembered: dict[Any, Any]) -> None:
    if len(remembered) >= ENTRIES_LIMIT:
        remembered.clear()
