"""Which credentials open which routes: the one place that says so (contract §2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.operations.credentials import KeyKind

KeyedFamily = Literal["widget", "account", "v1"]
Family = KeyedFamily | Literal["public"]
"""Public routes need no credential."""

KeyHeader = Literal["authorization", "x-api-key"]
"""`Authorization: Bearer <key>`, or `X-API-Key: <key>`."""


@dataclass(frozen=True, slots=True)
class FamilyRule:
    """The header in which a family takes keys, and of which kinds.

    `challenge` is how a 401 names that (RFC 9110).
    """

    header: KeyHeader
    kinds: frozenset[KeyKind]
    challenge: bytes


# Widget routes are open to a project's id alone as well, unless the project wants a key.
FAMILIES: Mapping[KeyedFamily, FamilyRule] = {
    "widget": FamilyRule("authorization", frozenset({"publishable", "secret"}), b"Bearer"),
    "account": FamilyRule("authorization", frozenset({"secret"}), b"Bearer"),
    "v1": FamilyRule("x-api-key", frozenset({"api"}), b"ApiKey"),
}
