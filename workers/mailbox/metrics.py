"""What edges and workers count of Redis."""

from typing import Protocol

from config.measures import DURATIONS_S, Measures
from workers.mailbox.connection import MailboxUnavailable, RedisFull


class RedisMeter(Protocol):
    """Hears of round trips to Redis; `at` names what was asked."""

    def answered(self, at: str, took_s: float) -> None: ...
    def failed(self, error: MailboxUnavailable) -> None: ...
    def limiter_failed(self, buckets: int) -> None: ...


class RedisMetrics:
    """Round trips to Redis and those that failed, as metrics."""

    def __init__(self, measures: Measures) -> None:
        self._trips = measures.spread(
            "hal_redis_round_trip_seconds",
            "time of one round trip to Redis: accept (edge), head, heads, publish, delete, leave "
            "(worker)",
            DURATIONS_S,
            "at",
        )
        self._errors = measures.count(
            "hal_redis_errors_total",
            "round trips that failed: timeout, full or unavailable",
            "reason",
        ).from_zero(["timeout", "full", "unavailable"])

        self._limiter_failures = measures.count(
            "hal_rate_limiter_failures_total",
            "token buckets that could not be read or written: their operations passed",
        )

    def answered(self, at: str, took_s: float) -> None:
        """Counts a round trip."""
        self._trips.observe(took_s, at)

    def failed(self, error: MailboxUnavailable) -> None:
        """Counts a failure by its kind."""
        if isinstance(error, RedisFull):
            self._errors.add("full")
        else:
            self._errors.add("timeout" if error.timed_out else "unavailable")

    def limiter_failed(self, buckets: int) -> None:
        """Counts token buckets that stopped nobody: Redis could not tell how full they are."""
        self._limiter_failures.add(by=buckets)
