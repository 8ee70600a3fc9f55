"""Account writes of keys and identity secrets (contract §2, §11).

Both are made at the edge, which shows them once; a key travels as its digest.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, repr=False)
class CreateKey:
    """A key that the edge made: its kind, readable prefix and SHA-256 digest in hex."""

    kind: str
    prefix: str
    digest: str = field(repr=False)
    label: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class RevokeKey:
    """Takes a key back for good."""

    key_id: str


@dataclass(frozen=True, slots=True, repr=False)
class CreateIdentitySecret:
    """An identity secret that the edge made; HMAC needs it as it was printed (§2)."""

    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class DeleteIdentitySecret:
    """Takes an identity secret back."""

    secret_id: str
