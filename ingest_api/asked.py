"""An operation that a request asks for, judged and not yet accepted."""

from dataclasses import dataclass
from typing import Any, cast

from ingest_api.caller import Caller
from models.outcomes import OperationWarning
from workers.mailbox.layout import Envelope
from workers.mailbox.post import new_nonce


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what; the envelope does not say yet whether anybody waits."""

    caller: Caller
    operation_type: str
    payload: dict[str, Any]
    warnings: list[OperationWarning]
    idempotency_key: str | None
    fingerprint: str

    def envelope(self, reply_to: str | None) -> Envelope:
        """What goes into the mailbox; `reply_to` is the edge at which the caller waits."""
        return Envelope(
            nonce=new_nonce(),
            type=self.operation_type,
            caller=self.caller.kind,
            payload=self.payload,
            fingerprint=self.fingerprint,
            warnings=cast(list[dict[str, Any]], self.warnings),
            idempotency_key=self.idempotency_key,
            reply_to=reply_to,
        )
