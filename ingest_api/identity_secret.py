"""The secrets that sign for an identity, and the refusal of what they did not sign (§2)."""

from dataclasses import dataclass, field

IDENTITY_VERIFICATION_FAILED = "identity_verification_failed"


@dataclass(frozen=True, slots=True)
class IdentitySecret:
    """One live secret of a project, exactly as it was printed; its UTF-8 bytes are the key."""

    id: str
    secret: str = field(repr=False)

    @property
    def key(self) -> bytes:
        return self.secret.encode()


class ProofFailed(Exception):
    """A proof that is missing, though required, or does not hold: 401.

    `detail` is the same for all, so that nobody learns how far a forgery got; `reason` is a word
    for our own logs and holds nothing of the request.
    """

    quotes_no_data = True
    code = IDENTITY_VERIFICATION_FAILED
    status = 401
    detail = "The identity of the visitor could not be verified."

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
