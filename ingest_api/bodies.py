"""From hostile bytes to a JSON value: strict, and everything a database would refuse (§3).

The C scanner reads the values; what it lets pass is caught in three ways that cost nothing on a
usual body: hooks for objects and numbers, a depth count only where there are more brackets than
levels allowed, a look at every string only where an escape could have made a forbidden character.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from ingest_api.nesting import is_nested_deeper
from models.operations import InvalidRequest
from models.rules.exact_float import ExactFloat

DEPTH_LIMIT = 32
INTEGER_LIMIT = 2**53 - 1
"""The integers that every JSON implementation keeps exactly (RFC 8259 §6)."""

_INTEGER_LIMIT_DIGITS = len(str(INTEGER_LIMIT))
_INFINITY = float("inf")
_RISKY_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


class _OutOfRangeError(ValueError):
    """An integer that a double holds, and not exactly."""


def parse_body(raw: bytes) -> dict[str, Any]:
    """The JSON object of a request.

    Raises `InvalidRequest`: `invalid_json` for bytes that are no strict JSON of at most 32
    levels, `invalid_request` for another value than an object, U+0000 or a lone surrogate in any
    string or key, and integers outside ±(2^53-1).
    """
    value = parse_json(raw)
    if not isinstance(value, dict):
        raise InvalidRequest("invalid_request", "The body is a JSON object.")
    return value


def parse_json(raw: bytes) -> Any:
    """Any JSON value, under the rules of `parse_body`."""
    if is_nested_deeper(raw, DEPTH_LIMIT):
        raise _invalid_json(f"The body is nested deeper than {DEPTH_LIMIT} levels, or unbalanced.")
    try:
        value = _decode(_STRICT, raw)
    except _OutOfRangeError:
        # Only what is JSON otherwise is called a bad request.
        _decode(_STRICT_ANY_INTEGER, raw)
        raise _out_of_range() from None
    if _RISKY_ESCAPE.search(raw):
        _refuse_forbidden_characters(value)
    return value


def _decode(decoder: json.JSONDecoder, raw: bytes) -> object:
    try:
        return decoder.decode(raw.decode("utf-8"))
    except _OutOfRangeError:
        raise
    except UnicodeDecodeError:
        raise _invalid_json("The body is not UTF-8.") from None
    except (ValueError, RecursionError):
        raise _invalid_json("The body is not valid JSON.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate key")
    return members


def _integer(text: str) -> int:
    if len(text) >= _INTEGER_LIMIT_DIGITS:
        _refuse_overflow(float(text))
        if not -INTEGER_LIMIT <= int(text) <= INTEGER_LIMIT:
            raise _OutOfRangeError
    return int(text)


def _any_integer(text: str) -> int:
    _refuse_overflow(float(text))
    return 0


def _fraction(text: str) -> ExactFloat:
    number = ExactFloat(text)
    _refuse_overflow(number)
    return number


def _refuse_overflow(number: float) -> None:
    if abs(number) == _INFINITY:
        raise ValueError("overflow")


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("NaN or Infinity")


_STRICT = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_fraction,
    parse_constant=_refuse_constant,
)
_STRICT_ANY_INTEGER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_any_integer,
    parse_float=_fraction,
    parse_constant=_refuse_constant,
)


def _refuse_forbidden_characters(value: object) -> None:
    for text in _strings(value):
        if "\0" in text or not _is_unicode(text):
            raise InvalidRequest(
                "invalid_request", "The body holds U+0000 or half of a surrogate pair."
            )


def _strings(value: object) -> Iterator[str]:
    rest = [value]
    while rest:
        match rest.pop():
            case str() as text:
                yield text
            case dict() as members:
                yield from members
                rest.extend(members.values())
            case list() as items:
                rest.extend(items)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _invalid_json(detail: str) -> InvalidRequest:
    return InvalidRequest("invalid_json", detail)


def _out_of_range() -> InvalidRequest:
    return InvalidRequest("invalid_request", "The body holds an integer outside ±(2^53-1).")
