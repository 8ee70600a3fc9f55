"""An operation that was set aside, without what nobody is to read again (contract §2, §11)."""

from typing import Any

from models.documents.times import iso_time
from models.records import DeadLetter

REDACTED = "redacted"
SECRET_FIELDS = frozenset({"secret", "digest", "raw"})
"""An identity secret, a key's digest, and what could not be read at all: it may hold anything."""


def dead_letter_document(letter: DeadLetter) -> dict[str, Any]:
    """Why the operation failed and what it asked for; its id is the operation's."""
    envelope = letter.envelope
    return {
        "id": letter.operation_id,
        "operation_id": letter.operation_id,
        "type": letter.type,
        "caller": envelope.get("caller"),
        "reason": letter.reason,
        "failed_at": iso_time(letter.failed_at_ms),
        "payload": {
            name: REDACTED if name in SECRET_FIELDS else value
            for name, value in envelope.get("payload", {}).items()
        },
    }
