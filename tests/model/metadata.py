"""Metadata merges as JSON Merge Patch, RFC 7396 (contract §3)."""

import json
from typing import cast

from tests.model.outcome import RejectedError
from tests.model.state import Json, State

MOST_BYTES_OF_ONE_RECORD = 64 * 1024


def merge_patch(target: Json, patch: Json) -> Json:
    """`target` with `patch` over it; neither is changed."""
    return cast(Json, _patched(target, patch))


def _patched(target: object, patch: object) -> object:
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _patched(merged.get(key), value)
    return merged


def size_bytes(metadata: Json) -> int:
    """The size of the compact UTF-8 JSON."""
    return len(json.dumps(metadata, ensure_ascii=False, separators=(",", ":")).encode())


def refuse_too_large(state: State) -> None:
    """Raises RejectedError if the metadata of any record outgrew its limit."""
    records = [visitor.properties for visitor in state.visitors.values()]
    records += [contact.metadata for contact in state.contacts.values()]
    records += [company.metadata for company in state.companies.values()]
    if any(size_bytes(metadata) > MOST_BYTES_OF_ONE_RECORD for metadata in records):
        raise RejectedError(400, "metadata_too_large")
