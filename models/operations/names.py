"""How names given by a person are read: trimmed, within a limit, storable (contract §3)."""

import re

from models.operations.invalid_request import field_fault

_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


def name_fault(name: str, limit_chars: int) -> str | None:
    """What is wrong with a trimmed name, as a sentence; None if nothing is."""
    if not name:
        return "Not blank."
    if len(name) > limit_chars:
        return f"At most {limit_chars} characters."
    if _NOT_STORABLE.search(name):
        return "Without U+0000 and lone surrogates."
    return None


def read_name(name: str, pointer: str, limit_chars: int) -> str:
    """The name as it is stored. Raises InvalidRequest for one that cannot be."""
    trimmed = name.strip()
    fault = name_fault(trimmed, limit_chars)
    if fault is not None:
        raise field_fault(pointer, fault)
    return trimmed
