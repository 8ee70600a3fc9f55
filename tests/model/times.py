"""Times as a receipt tells them."""

from datetime import datetime


def epoch_ms(text: str) -> int:
    """ISO 8601 with an offset, as epoch milliseconds."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)
