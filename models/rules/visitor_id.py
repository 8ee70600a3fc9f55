"""How a caller's identifier is read: visitor_id, user_id and company ids alike (contract §3)."""

from typing import Literal

ID_LIMIT_CHARS = 255

# What a program writes when it had nothing to say: a value that would make strangers one person.
ACCIDENTS = frozenset({
    "undefined",
    "null",
    "nil",
    "none",
    "nan",
    "true",
    "false",
    "0",
    "anonymous",
    "guest",
    "[object object]",
    "00000000-0000-0000-0000-000000000000",
})  # fmt: skip

_LONGEST_ACCIDENT_CHARS = max(map(len, ACCIDENTS))
_QUOTES = "\"'`"

IdFault = Literal["type", "length", "empty", "accident"]


class IdError(ValueError):
    """The value identifies nobody; `reason` says why, the value itself is not kept."""

    def __init__(self, reason: IdFault) -> None:
        super().__init__(reason)
        self.reason: IdFault = reason


def read_id(value: object) -> str:
    """The identifier a value stands for: trimmed, integers as decimals, otherwise exact.

    Raises `IdError` for another type, more than 255 characters, nothing, or an accident.
    """
    text = _as_trimmed_text(value)
    if not text:
        raise IdError("empty")
    if len(text) > ID_LIMIT_CHARS:
        raise IdError("length")
    if is_accident(text):
        raise IdError("accident")
    return text


def read_user_id(value: object) -> str | None:
    """The same reading; absent, empty or `anonymous` in any case means: not signed in."""
    if value is None:
        return None
    text = _as_trimmed_text(value)
    if not text or text.lower() == "anonymous":
        return None
    return read_id(text)


def is_accident(text: str) -> bool:
    """Whether a trimmed text is one of the well-known accidents, in any case, also in quotes."""
    if text[0] in _QUOTES:
        text = _unquoted(text)
        return not text or text.lower() in ACCIDENTS
    return len(text) <= _LONGEST_ACCIDENT_CHARS and text.lower() in ACCIDENTS


def _as_trimmed_text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise IdError("type")


def _unquoted(text: str) -> str:
    while len(text) > 1 and text[0] in _QUOTES and text[0] == text[-1]:
        text = text[1:-1].strip()
    return text
