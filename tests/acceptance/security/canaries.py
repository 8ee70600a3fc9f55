"""Words that stand for secrets and for personal data, and the search for them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

SHOWN_CHARS = 80


@dataclass
class Canaries:
    """`person` is a part of every piece of personal data that is sent; `secrets` by what they are.

    Both are searched for as they are: they are letters, digits and `_`, which no encoding of JSON,
    of a URL or of Redis' protocol changes.
    """

    person: str = field(default_factory=lambda: f"zqperson{secrets.token_hex(8)}")
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def email(self) -> str:
        return f"{self.person}@example.com"

    def secret(self, what: str, prefix: str = "") -> str:
        """A new secret, which from now on is searched for."""
        self.secrets[what] = f"{prefix}zqsecret{secrets.token_hex(16)}"
        return self.secrets[what]

    def found_in(self, evidence: Mapping[str, str]) -> list[str]:
        """Where any of them stands, with what is around it."""
        words = {"personal data": self.person, **self.secrets}
        return [
            f"{what} in {place}: …{_around(text, word)}…"
            for place, text in evidence.items()
            for what, word in words.items()
            if word in text
        ]


def _around(text: str, word: str) -> str:
    at = text.index(word)
    return text[max(0, at - SHOWN_CHARS) : at + len(word) + SHOWN_CHARS]
