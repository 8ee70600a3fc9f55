"""Account writes of keys and identity secrets (contract §2, §11).

Both are made at the edge, which shows them once; a key travels as its digest.
"""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import ConfigDict, PlainValidator

from models.operations.fields import Name
from models.operations.invalid_request import INVALID_REQUEST
from models.operations.readers import refusal

KeyKind = Literal["publishable", "secret", "api"]


def _key_kind(value: object) -> KeyKind:
    match value:
        case "publishable" | "secret" | "api":
            return value
    raise refusal(INVALID_REQUEST, f"One of {', '.join(get_args(KeyKind))}.")


@dataclass(frozen=True, slots=True, repr=False)
class KeyRequest:
    """The body that asks for a key; `label` is a note of where it is used."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    kind: Annotated[KeyKind, PlainValidator(_key_kind, json_schema_input_type=KeyKind)]
    label: Name = None


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
