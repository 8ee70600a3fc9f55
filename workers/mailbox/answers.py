"""What the mailbox answers to an operation that asks to be taken in (contract §4)."""

import math
from dataclasses import dataclass

from workers.mailbox.buckets import BUCKET_NAMES, BucketName
from workers.mailbox.envelope import Envelope
from workers.mailbox.operation_ids import operation_id

FULL_RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True)
class Accepted:
    """In the mailbox. `depth` is how many entries wait that go before the next one, its own too."""

    operation_id: str
    accepted_at_ms: int
    depth: int


@dataclass(frozen=True, slots=True)
class Replay:
    """The idempotency key was used lately, with the same content, by this operation."""

    operation_id: str


@dataclass(frozen=True, slots=True)
class KeyReused:
    """The idempotency key was used lately, with other content, by this operation."""

    operation_id: str


@dataclass(frozen=True, slots=True)
class MailboxFull:
    """Over its cap in entries or bytes; nothing was stored."""

    retry_after_s: int = FULL_RETRY_AFTER_S


@dataclass(frozen=True, slots=True)
class RateLimited:
    """This token bucket is empty for so long: nothing was stored, and nothing was counted."""

    bucket: BucketName
    wait_s: float

    @property
    def retry_after_s(self) -> int:
        """The same in whole seconds, at least one."""
        return max(1, math.ceil(self.wait_s))


Answer = Accepted | Replay | KeyReused | MailboxFull | RateLimited

_LIMITED = "limited"


def read_answer(envelope: Envelope, answer: str, depth: int) -> Answer:
    """What accept.lua answered to one envelope."""
    if not answer:
        return MailboxFull()
    entry_id, _, first = answer.partition(" ")
    if entry_id == _LIMITED:
        place, _, wait_us = first.partition(" ")
        return RateLimited(BUCKET_NAMES[int(place) - 1], float(wait_us) / 1_000_000)
    if not first:
        accepted_at_ms = int(entry_id.partition("-")[0])
        return Accepted(operation_id(entry_id, envelope.nonce), accepted_at_ms, depth)
    nonce, _, fingerprint = first.partition(" ")
    first_id = operation_id(entry_id, nonce)
    return Replay(first_id) if fingerprint == envelope.fingerprint else KeyReused(first_id)
