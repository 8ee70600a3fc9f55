"""The query of an account read: every parameter known, once, and of its type (contract §11)."""

import re
from collections.abc import Callable, Collection
from typing import TypeVar
from urllib.parse import parse_qsl

from pydantic_core import PydanticCustomError

from ingest_api.errors import invalid_request
from ingest_api.incoming import QUERY_FIELDS_LIMIT, Incoming
from models.operations.invalid_request import field_fault, json_pointer
from models.rules.event_time import read_time

Value = TypeVar("Value")

DATE_CHARS = len("20260101")
"""A number as long as this is a date without dashes, and no second of 1970."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)


def query_fields(incoming: Incoming, known: Collection[str]) -> dict[str, str]:
    """The query's parameters as they were sent.

    Raises Problem for a query that cannot be read, InvalidRequest with a pointer for a parameter
    that is unknown, stands twice, or holds U+0000.
    """
    raw: bytes = incoming.scope["query_string"]
    if not raw:
        return {}
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=QUERY_FIELDS_LIMIT,
        )
    except ValueError:
        raise invalid_request("The query of the URL cannot be read.") from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            raise field_fault(json_pointer(name), "There is no such parameter here.")
        if name in fields:
            raise field_fault(json_pointer(name), "Stands more than once.")
        if "\0" in value:
            raise field_fault(json_pointer(name), "Holds U+0000.")
        fields[name] = value
    return fields


def whole_number(name: str, text: str, least: int, most: int) -> int:
    """A number in digits. Raises InvalidRequest."""
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)):
        number = int(text)
        if least <= number <= most:
            return number
    raise field_fault(json_pointer(name), f"A whole number from {least} to {most}.")


def truth(name: str, text: str) -> bool:
    """`true` or `false`. Raises InvalidRequest."""
    if text not in ("true", "false"):
        raise field_fault(json_pointer(name), "Either true or false.")
    return text == "true"


def one_of(name: str, text: str, choices: Collection[str]) -> str:
    """One of some words. Raises InvalidRequest."""
    if text not in choices:
        raise field_fault(json_pointer(name), f"One of {', '.join(choices)}.")
    return text


def moment_ms(name: str, text: str) -> int:
    """ISO 8601 or epoch seconds, in epoch milliseconds. Raises InvalidRequest."""
    is_number = _NUMBER.fullmatch(text) is not None and len(text) != DATE_CHARS
    time = read_time(float(text) if is_number else text)
    if not isinstance(time, int):
        raise field_fault(json_pointer(name), "A time in ISO 8601 or in epoch seconds.")
    return time


def read_with(read: Callable[[object], Value | None], name: str, text: str) -> Value:
    """A filter's value, read as the field of an operation is.

    Raises InvalidRequest also for a value that counts as absent: no record can have it.
    """
    try:
        value = read(text)
    except PydanticCustomError as fault:
        raise field_fault(json_pointer(name), fault.message()) from None
    if value is None:
        raise field_fault(json_pointer(name), "Not empty.")
    return value
