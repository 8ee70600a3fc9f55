"""What a substring search looks through (contract §11 `q`)."""

from unicodedata import normalize

SEARCH_TEXT_LIMIT_BYTES = 2000
"""A search text is part of an index, and PostgreSQL takes at most 2,704 bytes for an entry."""


def search_key(text: str) -> str:
    """A text, or what is looked for, in the form in which they are compared: NFC, case-folded."""
    if text.isascii():
        return text.lower()
    return normalize("NFC", normalize("NFC", text).casefold())


def search_text(*values: str | None) -> str | None:
    """The values of a record in one text, a line each; None where there is nothing to find."""
    text = "\n".join(search_key(value) for value in values if value)
    if len(text) * 4 > SEARCH_TEXT_LIMIT_BYTES:
        text = text.encode()[:SEARCH_TEXT_LIMIT_BYTES].decode(errors="ignore")
    return text or None
