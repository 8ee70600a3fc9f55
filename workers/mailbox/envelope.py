"""The envelope in which an operation goes through a mailbox, and reading one back.

Pure: no Redis, no clock, no chance.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from models import compact_json
from models.operations.credentials import KeyKind
from workers.mailbox.layout import Lane
from workers.mailbox.operation_ids import NONCE_BYTES, operation_id

ENTRY_FIELD = b"e"
ENVELOPE_VERSION = 2
"""2 brought `traceparent`."""
OLDEST_ENVELOPE_VERSION = 1
"""Of what a release reads: what the edges of the release before it wrote may still wait."""
MAX_RAW_KEPT_CHARS = 4096

MALFORMED = "malformed"
"""The type of an entry that is no envelope."""

Fault = Literal["malformed", "newer_version"]

_TYPES = {"version": int, "payload": dict, "warnings": list}
"""Of an envelope's fields as JSON; all others are texts."""
_OPTIONAL = ("idempotency_key", "reply_to", "dead_letter_id", "traceparent")
_CALLERS = get_args(KeyKind)
_NONCE = re.compile(r"[0-9a-f]{14}", re.ASCII)
_NO_NONCE = "0" * (NONCE_BYTES * 2)


class MalformedEntry(Exception):
    """An entry that is no envelope of any known version; carries none of its content."""

    quotes_no_data = True


@dataclass(frozen=True, slots=True)
class Envelope:
    """One operation on its way from the edge to the drain.

    `nonce` is 14 hex digits made at the edge, `caller` the kind of key of who asks, `reply_to` the
    id of the edge whose caller waits, `fingerprint` that of the content (contract §4 Retries),
    `warnings` those found at the edge. `dead_letter_id` is the failed operation of which this one
    is the replay (§11), `traceparent` the caller's trace.
    """

    nonce: str
    type: str
    caller: KeyKind
    payload: dict[str, Any] = field(repr=False)
    fingerprint: str = field(repr=False)
    warnings: list[dict[str, Any]] = field(default_factory=list, repr=False)
    idempotency_key: str | None = field(default=None, repr=False)
    reply_to: str | None = None
    dead_letter_id: str | None = None
    traceparent: str | None = None
    version: int = ENVELOPE_VERSION

    def as_document(self) -> dict[str, Any]:
        """The envelope as JSON values, without the fields that say nothing."""
        document: dict[str, Any] = {
            "version": self.version,
            "nonce": self.nonce,
            "type": self.type,
            "caller": self.caller,
            "payload": self.payload,
            "fingerprint": self.fingerprint,
        }
        if self.warnings:
            document["warnings"] = self.warnings
        if self.idempotency_key is not None:
            document["idempotency_key"] = self.idempotency_key
        if self.reply_to is not None:
            document["reply_to"] = self.reply_to
        if self.dead_letter_id is not None:
            document["dead_letter_id"] = self.dead_letter_id
        if self.traceparent is not None:
            document["traceparent"] = self.traceparent
        return document


@dataclass(frozen=True, slots=True)
class QueuedOperation:
    """An entry of a mailbox's lane. `size_bytes` is what it counts against the mailbox's cap.

    `fault` says why the envelope is only a stand-in: `malformed` entries go to the dead letters,
    one of a newer version stays, with all behind it, for a worker that knows that version.
    """

    entry_id: str
    operation_id: str
    accepted_at_ms: int
    envelope: Envelope
    size_bytes: int
    fault: Fault | None = None
    lane: Lane = "live"


def encode(envelope: Envelope) -> bytes:
    """The envelope as compact JSON. Raises ValueError for what JSON or UTF-8 cannot hold."""
    return compact_json.encode(envelope.as_document())


def read_entry(
    entry_id: str, fields: Mapping[bytes, bytes], lane: Lane = "live"
) -> QueuedOperation:
    """A stream entry as a queued operation; never raises, since one entry must not stop a mailbox.

    Of a malformed entry the nonce and the waiting edge are saved if they can be read, so that
    its caller is answered.
    """
    raw = fields.get(ENTRY_FIELD, b"")
    fault: Fault | None = None
    try:
        document = compact_json.decode(raw)
    except ValueError:
        document = None
    try:
        envelope = _envelope(document)
    except MalformedEntry:
        fault, envelope = _fault(document), _stand_in(document, raw)
    return QueuedOperation(
        entry_id=entry_id,
        operation_id=operation_id(entry_id, envelope.nonce),
        accepted_at_ms=int(entry_id.partition("-")[0]),
        envelope=envelope,
        size_bytes=len(raw),
        fault=fault,
        lane=lane,
    )


def _envelope(document: object) -> Envelope:
    if not isinstance(document, dict) or not _is_known(document.get("version")):
        raise MalformedEntry("no envelope of a known version")
    try:
        envelope = Envelope(**document)
    except TypeError:
        raise MalformedEntry("fields are missing or unknown") from None
    if not _is_sound(document):
        raise MalformedEntry("a field has another type")
    return envelope


def _is_known(version: object) -> bool:
    return type(version) is int and OLDEST_ENVELOPE_VERSION <= version <= ENVELOPE_VERSION


def _is_sound(document: Mapping[str, Any]) -> bool:
    for name, value in document.items():
        if type(value) is not _TYPES.get(name, str) and not (name in _OPTIONAL and value is None):
            return False
    return _NONCE.fullmatch(document["nonce"]) is not None and document["caller"] in _CALLERS


def _fault(document: object) -> Fault:
    version = document.get("version") if isinstance(document, dict) else None
    newer = type(version) is int and version > ENVELOPE_VERSION
    return "newer_version" if newer else "malformed"


def _stand_in(document: object, raw: bytes) -> Envelope:
    told = document if isinstance(document, dict) else {}
    nonce, reply_to = told.get("nonce"), told.get("reply_to")
    readable = isinstance(nonce, str) and _NONCE.fullmatch(nonce) is not None
    return Envelope(
        nonce=str(nonce) if readable else _NO_NONCE,
        type=MALFORMED,
        caller="secret",
        # NUL is what PostgreSQL's JSON cannot hold.
        payload={"raw": raw.decode("latin-1").replace("\0", "␀")[:MAX_RAW_KEPT_CHARS]},
        fingerprint="",
        reply_to=reply_to if isinstance(reply_to, str) else None,
    )
