"""Refusals and outages as problem+json (RFC 9457; contract §4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from ingest_api.answers import NO_STORE, PROBLEM_TYPE, Answer, Header, encode_json
from ingest_api.identity_secret import ProofFailed
from models.database import Transient
from models.operations import InvalidRequest
from models.outcomes import DEAD_LETTER_MALFORMED, KEY_REUSED, NOT_FOUND, Fault
from workers.mailbox.buckets import BucketName
from workers.mailbox.connection import MailboxUnavailable

UNAVAILABLE = "unavailable"
_ASKED_TOO_OFTEN: Mapping[BucketName, str] = {
    "project": "More operations are asked for in the project than its limit allows.",
    "visitor": "More operations are asked for about this visitor than the limit allows.",
    "address": "More operations are asked for from this address than the limit allows.",
}


class Problem(Exception):
    """A request that is answered with an error; `detail` repeats nothing secret of it."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Fault] = (),
        headers: tuple[Header, ...] = (),
        operation_id: str | None = None,
        members: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers
        self.operation_id = operation_id
        self.members = members or {}

    def document(self) -> dict[str, Any]:
        """The problem as JSON, but for the request id."""
        document: dict[str, Any] = {
            "type": f"urn:hal-ingest:problem:{self.code}",
            "title": self.code.replace("_", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.members,
        }
        if self.errors:
            document["errors"] = list(self.errors)
        if self.operation_id is not None:
            document["operation_id"] = self.operation_id
        return document


def unauthenticated(challenge: bytes = b"Bearer") -> Problem:
    """One and the same answer for every missing, unknown or revoked credential (contract §2).

    `challenge` is the scheme that the route takes.
    """
    return Problem(
        401,
        "unauthenticated",
        "Send the project or a key that is valid on this route.",
        headers=(_challenge(challenge),),
    )


def forbidden() -> Problem:
    return Problem(403, "forbidden", "This credential does not open this route.")


def no_such_record() -> Problem:
    """Also the answer for what is no id at all, and for another project's record."""
    return Problem(NOT_FOUND.status, NOT_FOUND.code, NOT_FOUND.detail)


def malformed_dead_letter() -> Problem:
    refused = DEAD_LETTER_MALFORMED
    return Problem(refused.status, refused.code, refused.detail)


def invalid_request(detail: str) -> Problem:
    return Problem(400, "invalid_request", detail)


def key_reused() -> Problem:
    return Problem(KEY_REUSED.status, KEY_REUSED.code, KEY_REUSED.detail)


def mailbox_full(retry_after_s: int) -> Problem:
    return Problem(
        429,
        "mailbox_full",
        "The project has as many waiting operations as it may have.",
        headers=((b"retry-after", b"%d" % retry_after_s),),
    )


def rate_limited(bucket: BucketName, retry_after_s: int) -> Problem:
    return Problem(
        429,
        "rate_limited",
        _ASKED_TOO_OFTEN[bucket],
        headers=((b"retry-after", b"%d" % retry_after_s),),
    )


def unavailable(retry_after_s: int, **members: Any) -> Problem:
    """Cannot accept or answer now; a retry with the same idempotency key is always safe."""
    return Problem(
        503,
        UNAVAILABLE,
        "The service cannot do this right now. Try again.",
        headers=((b"retry-after", b"%d" % retry_after_s),),
        members=members,
    )


def _challenge(scheme: bytes = b"Bearer") -> Header:
    # No 401 goes without one (RFC 9110). Proofs are asked for where a Bearer opens the route.
    return (b"www-authenticate", scheme)


def as_problem(error: Exception, retry_after_s: int) -> Problem | None:
    """The problem that an expected exception stands for; None for one that nobody expected."""
    match error:
        case Problem():
            return error
        case InvalidRequest():
            return Problem(error.status, error.code, error.detail, errors=error.errors)
        case ProofFailed():
            return Problem(error.status, error.code, error.detail, headers=(_challenge(),))
        case MailboxUnavailable() | Transient():
            return unavailable(retry_after_s)
    return None


def problem_answer(problem: Problem, request_id: str) -> Answer:
    """The answer that carries a problem."""
    document = {**problem.document(), "request_id": request_id}
    return Answer(
        problem.status,
        encode_json(document).encode(),
        (PROBLEM_TYPE, NO_STORE, *problem.headers),
    )
