"""Ids of rows that no operation made; they sort by time among those that one did (§11 lists)."""

import secrets

SEQUENCE_BITS = 24
CHANCE_BYTES = 7


def row_id(kind: str, now_ms: int) -> str:
    """Such as `key_…`: shaped like the id of an operation that is accepted at this moment."""
    return f"{kind}_{now_ms << SEQUENCE_BITS:018x}{secrets.token_hex(CHANCE_BYTES)}"
