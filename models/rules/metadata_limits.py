"""How large metadata may be, in one request and in one record after merging (contract §3)."""

import json

REQUEST_LIMIT_BYTES = 32 * 1024
RECORD_LIMIT_BYTES = 64 * 1024
TOP_LEVEL_KEYS_LIMIT = 200
KEY_LIMIT_CHARS = 100
DEPTH_LIMIT = 8
"""Containers inside one another, the metadata object itself being the first."""

_compact = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), check_circular=False, allow_nan=False
).encode


def size_bytes(metadata: dict[str, object]) -> int:
    """The size of metadata as compact UTF-8 JSON."""
    text = _compact(metadata)
    return len(text) if text.isascii() else len(text.encode())


def request_fault(metadata: dict[str, object]) -> str | None:
    """Why the metadata of one request is beyond a limit, in words without its content."""
    if len(metadata) > TOP_LEVEL_KEYS_LIMIT:
        return f"At most {TOP_LEVEL_KEYS_LIMIT} top-level keys."
    shape = _shape_fault(metadata, 1)
    if shape is None and size_bytes(metadata) > REQUEST_LIMIT_BYTES:
        return f"At most {REQUEST_LIMIT_BYTES // 1024} KB in one request."
    return shape


def is_record_too_large(metadata_bytes: int) -> bool:
    """Whether the metadata of one record, after merging, is more than a record may hold."""
    return metadata_bytes > RECORD_LIMIT_BYTES


def _shape_fault(container: object, depth: int) -> str | None:
    if depth > DEPTH_LIMIT:
        return f"At most {DEPTH_LIMIT} levels."
    if isinstance(container, dict):
        if any(len(key) > KEY_LIMIT_CHARS for key in container):
            return f"A key has at most {KEY_LIMIT_CHARS} characters."
        children = list(container.values())
    else:
        children = container if isinstance(container, list) else []
    for child in children:
        if isinstance(child, dict | list):
            fault = _shape_fault(child, depth + 1)
            if fault is not None:
                return fault
    return None
