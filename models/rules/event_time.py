"""When an event happened: its timestamp, corrected for a wrong client clock (contract §7).

Reading (`read_time`) needs no clock and is done at the edge; deciding (`occurred_at`) needs the
moment of acceptance and is done by the worker.
"""

import math
from datetime import UTC, datetime, timedelta
from typing import Literal

Time = int | Literal["invalid"] | None
"""Epoch milliseconds; "invalid" was sent and cannot be read; None was not sent."""

EARLIEST_MS = 946_684_800_000
"""2000-01-01T00:00:00Z: an event before it is taken for a clock that was never set."""
FUTURE_LIMIT_MS = 24 * 60 * 60 * 1000
TIMESTAMP_POINTER = "/timestamp"
SENT_AT_POINTER = "/sent_at"

# The end of the year 9999, as in ISO 8601. Beyond it are milliseconds that were sent for seconds:
# two of them would correct each other to a time that looks right.
_READABLE_LIMIT_MS = 253_402_300_799_999
_TEXT_LIMIT_CHARS = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def read_time(value: object) -> Time:
    """ISO 8601 (without an offset: UTC) or epoch seconds, in milliseconds; never raises."""
    if value is None:
        return None
    if isinstance(value, str):
        return _read_iso(value.strip().upper())
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "invalid"
    return _readable(value * 1000)


def occurred_at(timestamp: Time, sent_at: Time, accepted_at_ms: int) -> tuple[int, str | None]:
    """The event's time in epoch milliseconds, and the pointer of what was ignored, if anything.

    The client's clock is off by `accepted_at - sent_at`; the corrected timestamp must lie
    between 2000 and 24 hours after acceptance, else the time of acceptance is used.
    """
    if timestamp is None:
        return accepted_at_ms, None
    if timestamp == "invalid":
        return accepted_at_ms, TIMESTAMP_POINTER
    clock_error_ms = accepted_at_ms - sent_at if isinstance(sent_at, int) else 0
    happened_ms = timestamp + clock_error_ms
    if not EARLIEST_MS <= happened_ms <= accepted_at_ms + FUTURE_LIMIT_MS:
        return accepted_at_ms, TIMESTAMP_POINTER
    return happened_ms, SENT_AT_POINTER if sent_at == "invalid" else None


def _read_iso(text: str) -> Time:
    if len(text) > _TEXT_LIMIT_CHARS:
        return "invalid"
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return (moment - _EPOCH) // _MILLISECOND
    except (ValueError, OverflowError):
        return "invalid"


def _readable(ms: float) -> Time:
    return round(ms) if abs(ms) <= _READABLE_LIMIT_MS else "invalid"
