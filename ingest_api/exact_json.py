"""Answers with numbers that no double holds, and with JSON that the database kept as text.

`JsonText` values are spliced in as they are. The encoder leaves a place for each: a string that
no caller can have sent, since U+0000 is refused everywhere (contract §3).
"""

import json
from typing import Any

from ingest_api.answers import JSON_TYPE, NO_STORE, Answer, Header
from models.documents.exact import JsonText

_PLACE = "\0"
_PLACE_ENCODED = '"\\u0000"'


def exact_answer(status: int, document: Any, *headers: Header) -> Answer:
    """A JSON answer that nobody may cache; it may hold `JsonText` anywhere but as a key."""
    return Answer(status, encode_exact(document).encode(), (JSON_TYPE, NO_STORE, *headers))


def encode_exact(document: Any) -> str:
    """Compact JSON. Raises TypeError for what is neither JSON nor `JsonText`."""
    texts: list[str] = []

    def leave_place(value: object) -> str:
        if not isinstance(value, JsonText):
            raise TypeError(f"{type(value).__name__} is no JSON")
        texts.append(value.text)
        return _PLACE

    encoded = json.JSONEncoder(
        ensure_ascii=False,
        separators=(",", ":"),
        check_circular=False,
        allow_nan=False,
        default=leave_place,
    ).encode(document)
    return _spliced(encoded, texts) if texts else encoded


def _spliced(encoded: str, texts: list[str]) -> str:
    pieces = encoded.split(_PLACE_ENCODED)
    if len(pieces) != len(texts) + 1:
        raise ValueError("a string holds U+0000")
    whole = [pieces[0]]
    for text, piece in zip(texts, pieces[1:], strict=True):
        whole += (text, piece)
    return "".join(whole)
