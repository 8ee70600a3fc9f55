"""Moments as a person types them: a time, or how long ago."""

import re
from datetime import UTC, datetime, timedelta

import typer

_AGO = re.compile(r"(\d{1,6})([smhd])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read_moment_ms(text: str, now_ms: int) -> int:
    """Epoch milliseconds of an ISO 8601 time (UTC without an offset), or of `30m`, `2h`, `7d` ago.

    Raises BadParameter, which ends the command as wrong usage.
    """
    ago = _AGO.fullmatch(text)
    if ago is not None:
        span = timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return max(0, now_ms - span // timedelta(milliseconds=1))
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(0, (moment - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1))
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            "a time is such as 2026-01-31T12:00:00Z, or 30m, 2h, 7d for so long ago."
        ) from None
