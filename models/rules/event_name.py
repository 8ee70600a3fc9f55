"""The normal form of an event's name (contract §7)."""

import unicodedata

EVENT_NAME_LIMIT_CHARS = 100

_TO_DASH = str.maketrans({".": "-", "$": "-"})


class EventNameError(ValueError):
    """The value names no event."""


def read_event_name(value: object) -> str:
    """NFC, trimmed, lower-cased, each `.` and `$` a `-`; the limit counts the normal form.

    Raises `EventNameError` for what is no string, blank, or longer than 100 characters.
    """
    if not isinstance(value, str):
        raise EventNameError("An event name is a string.")
    name = unicodedata.normalize("NFC", value).strip().lower().translate(_TO_DASH)
    # Lower-casing can undo NFC, and a normal form that is none would not match itself.
    name = unicodedata.normalize("NFC", name)
    if not name:
        raise EventNameError("An event name is not blank.")
    if len(name) > EVENT_NAME_LIMIT_CHARS:
        raise EventNameError("An event name has at most 100 characters.")
    return name
