"""Times as documents show them (contract §11)."""

from datetime import UTC, datetime


def iso_time(time_ms: int) -> str:
    """Epoch milliseconds as ISO 8601 in UTC; exact, where a float of seconds would not be."""
    whole_s, rest_ms = divmod(time_ms, 1000)
    moment = datetime.fromtimestamp(whole_s, UTC).replace(microsecond=rest_ms * 1000)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_time_or_none(time_ms: int | None) -> str | None:
    """The same for what may not have happened yet."""
    return None if time_ms is None else iso_time(time_ms)
