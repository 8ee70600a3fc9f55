"""A key as it is listed: never the key itself (contract §2)."""

from typing import Any

from models.documents.times import iso_time, iso_time_or_none
from models.records import Key


def key_document(key: Key) -> dict[str, Any]:
    """What tells the key from others, and when it was made, used and revoked."""
    return {
        "id": key.id,
        "kind": key.kind,
        "prefix": key.prefix,
        "label": key.label,
        "created_at": iso_time(key.created_at_ms),
        "last_used_at": iso_time_or_none(key.last_used_at_ms),
        "revoked_at": iso_time_or_none(key.revoked_at_ms),
    }
