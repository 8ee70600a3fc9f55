"""An operation that a request asks for, judged and not yet accepted."""

from dataclasses import dataclass
from typing import Any, cast

from ingest_api.caller import Caller
from models.operations.credentials import KeyKind
from models.outcomes import OperationWarning
from workers.mailbox.envelope import Envelope
from workers.mailbox.post import new_nonce


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what; the envelope does not say yet whether anybody waits.

    The replay of a dead letter names it, and as `author` the kind of caller whose operation it was.
    """

    caller: Caller
    operation_type: str
    payload: dict[str, Any]
    warnings: list[OperationWarning]
    idempotency_key: str | None
    fingerprint: str
    author: KeyKind | None = None
    dead_letter_id: str | None = None

    def envelope(self, reply_to: str | None, traceparent: str | None) -> Envelope:
        """What goes into the mailbox.

        `reply_to` is the edge at which the caller waits, `traceparent` the trace that it brought.
        """
        return Envelope(
            nonce=new_nonce(),
            type=self.operation_type,
            caller=self.author or self.caller.kind,
            payload=self.payload,
            fingerprint=self.fingerprint,
            warnings=cast(list[dict[str, Any]], self.warnings),
            idempotency_key=self.idempotency_key,
            reply_to=reply_to,
            dead_letter_id=self.dead_letter_id,
            traceparent=traceparent,
        )
