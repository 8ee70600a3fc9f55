"""How the values of query parameters are read; all of them come as text (contract §11).

A reader takes the parameter's name and text. It returns the value, or raises InvalidRequest with
the pointer `/name`.
"""

import re
from collections.abc import Callable, Collection
from typing import Any

from pydantic_core import PydanticCustomError

from models.operations.invalid_request import field_fault, json_pointer
from models.rules.event_time import read_time
from models.rules.search_text import search_key

Reader = Callable[[str, str], Any]

DATE_CHARS = len("20260101")
"""A number as long as this is a date without dashes, and no second of 1970."""

SEARCH_LIMIT_CHARS = 200
SEARCH_LIMIT_WORDS = 10

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)


def whole_number(name: str, text: str, least: int, most: int) -> int:
    """A number in digits."""
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)):
        number = int(text)
        if least <= number <= most:
            return number
    raise field_fault(json_pointer(name), f"A whole number from {least} to {most}.")


def truth(name: str, text: str) -> bool:
    """`true` or `false`."""
    if text not in ("true", "false"):
        raise field_fault(json_pointer(name), "Either true or false.")
    return text == "true"


def one_of(choices: Collection[str]) -> Reader:
    """Reads one of some words."""

    def read(name: str, text: str) -> str:
        if text not in choices:
            raise field_fault(json_pointer(name), f"One of {', '.join(choices)}.")
        return text

    return read


def moment_ms(name: str, text: str) -> int:
    """ISO 8601 or epoch seconds, in epoch milliseconds; what was before 1970 counts as then."""
    is_number = _NUMBER.fullmatch(text) is not None and len(text) != DATE_CHARS
    time = read_time(float(text) if is_number else text)
    if not isinstance(time, int):
        raise field_fault(json_pointer(name), "A time in ISO 8601 or in epoch seconds.")
    return max(0, time)


def as_field(read_field: Callable[[object], Any]) -> Reader:
    """Reads a value as the field of an operation is read (models/operations/readers.py).

    A value that counts as absent is refused too: no record can have it.
    """

    def read(name: str, text: str) -> Any:
        try:
            value = read_field(text)
        except PydanticCustomError as fault:
            raise field_fault(json_pointer(name), fault.message()) from None
        if value in (None, ""):
            raise field_fault(json_pointer(name), "Not empty.")
        return value

    return read


def words(name: str, text: str) -> tuple[str, ...]:
    """The words of a search, in the form in which they are compared."""
    if len(text) > SEARCH_LIMIT_CHARS:
        raise field_fault(json_pointer(name), f"At most {SEARCH_LIMIT_CHARS} characters.")
    found = tuple(dict.fromkeys(search_key(text).split()))
    if len(found) > SEARCH_LIMIT_WORDS:
        raise field_fault(json_pointer(name), f"At most {SEARCH_LIMIT_WORDS} words.")
    return found
