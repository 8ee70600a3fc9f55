"""From hostile bytes to a JSON value: strict, and everything a database would refuse (§3).

The C scanner reads the values; what it lets pass is caught in three ways that cost nothing on a
usual body: hooks for objects and numbers, a depth count only where there are more brackets than
levels allowed, a look at every string only where an escape could have made a forbidden character.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NoReturn

from ingest_api.nesting import is_nested_deeper
from models.operations import InvalidRequest
from models.operations.invalid_request import INVALID_REQUEST, json_pointer
from models.outcomes import Fault
from models.rules.exact_float import ExactFloat

DEPTH_LIMIT = 32
INTEGER_LIMIT = 2**53 - 1
"""The integers that every JSON implementation keeps exactly (RFC 8259 §6)."""

FORBIDDEN_FAULTS_LIMIT = 20
STEP_LIMIT_CHARS = 100
"""Of a name in a pointer: an answer is not to grow with the names of a body."""

_INTEGER_LIMIT_DIGITS = len(str(INTEGER_LIMIT))
_INFINITY = float("inf")
_OUT_OF_RANGE = object()
"""Stands for an integer that only one part of a body is refused for."""

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
    value, is_risky = parse_parts(raw, DEPTH_LIMIT)
    if is_risky:
        refuse_forbidden(value)
    return value


def parse_parts(raw: bytes, levels: int) -> tuple[Any, bool]:
    """A JSON value of many parts, one of which is not to be refused for another's fault.

    It may be nested so many `levels`. The second value tells whether any part may hold what
    `parse_body` calls `invalid_request`: `refuse_forbidden` then finds out which. Raises
    `InvalidRequest` `invalid_json`.
    """
    _refuse_depth(raw, levels)
    is_risky = _RISKY_ESCAPE.search(raw) is not None
    try:
        return _decode(_STRICT, raw), is_risky
    except _OutOfRangeError:
        # Only what is JSON otherwise is called a bad request.
        return _decode(_STRICT_ANY_INTEGER, raw), True


def refuse_forbidden(part: object) -> None:
    """Raises `InvalidRequest` for a part with a string or an integer that `parse_body` refuses.

    It names the first of them, each with its pointer: of a bad key that of the object.
    """
    faults = list(islice(_forbidden(part, ()), FORBIDDEN_FAULTS_LIMIT))
    if faults:
        raise InvalidRequest(faults[0]["code"], faults[0]["detail"], faults)


def _refuse_depth(raw: bytes, levels: int) -> None:
    if is_nested_deeper(raw, levels):
        raise _invalid_json(f"The body is nested deeper than {levels} levels, or unbalanced.")


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


def _any_integer(text: str) -> object:
    _refuse_overflow(float(text))
    return int(text) if abs(float(text)) <= INTEGER_LIMIT else _OUT_OF_RANGE


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


def _forbidden(value: object, path: tuple[str | int, ...]) -> Iterator[Fault]:
    match value:
        case dict() as members:
            for name, member in members.items():
                if _is_storable(name):
                    yield from _forbidden(member, (*path, name[:STEP_LIMIT_CHARS]))
                else:
                    # No pointer could go through such a name.
                    yield _fault(path, "A name in it holds U+0000 or half of a surrogate pair.")
        case list() as items:
            for place, item in enumerate(items):
                yield from _forbidden(item, (*path, place))
        case str() if not _is_storable(value):
            yield _fault(path, "It holds U+0000 or half of a surrogate pair.")
        case _ if value is _OUT_OF_RANGE:
            yield _fault(path, "An integer outside ±(2^53-1).")


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _fault(path: tuple[str | int, ...], detail: str) -> Fault:
    return Fault(pointer=json_pointer(*path), code=INVALID_REQUEST, detail=detail)


def _invalid_json(detail: str) -> InvalidRequest:
    return InvalidRequest("invalid_json", detail)
