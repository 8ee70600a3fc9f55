"""Times as documents show them (contract §11)."""

from datetime import date
from functools import lru_cache

DAYS_KEPT = 1_000
DAY_S = 24 * 60 * 60

_EPOCH_DAY = date(1970, 1, 1).toordinal()


def iso_time(time_ms: int) -> str:
    """Epoch milliseconds as ISO 8601 in UTC; exact, where a float of seconds would not be.

    By hand: a page of a list holds a hundred times, and datetime takes a third of its making.
    """
    whole_s, rest_ms = divmod(time_ms, 1000)
    day, second = divmod(whole_s, DAY_S)
    minute, second = divmod(second, 60)
    hour, minute = divmod(minute, 60)
    return f"{_date(day)}T{hour:02}:{minute:02}:{second:02}.{rest_ms:03}Z"


def iso_time_or_none(time_ms: int | None) -> str | None:
    """The same for what may not have happened yet."""
    return None if time_ms is None else iso_time(time_ms)


@lru_cache(DAYS_KEPT)
def _date(day: int) -> str:
    return date.fromordinal(_EPOCH_DAY + day).isoformat()
