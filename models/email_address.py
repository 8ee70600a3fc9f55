"""The one normal form of an email address, computed here and nowhere else (contract §3)."""

import re
import unicodedata

import idna

EMAIL_LIMIT_CHARS = 254
LOCAL_LIMIT_CHARS = 64

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]+")
# At least two labels; a last label that starts with a digit would be an IP address.
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z]){_LABEL}")
# Letters, marks, numbers, punctuation and symbols are text; controls, formats, separators,
# surrogates and unassigned code points are none.
_NO_TEXT = ("C", "Z")
_LOCAL_SPECIALS = frozenset('"(),:;<>@[\\]')


class EmailError(ValueError):
    """The value is no email address; the value itself is not kept."""


def normal_email(text: str) -> str:
    """NFC, trimmed, lower-cased, the domain in IDNA 2008 (UTS 46, non-transitional) ASCII form.

    The normal form of a normal form is itself. Raises `EmailError` for what is no address: no dot
    in the domain, blanks, controls, quoted local parts, address literals, a local part over 64
    or a whole over 254 characters.
    """
    address = text.strip()
    if len(address) > EMAIL_LIMIT_CHARS:
        raise EmailError("An email address has at most 254 characters.")
    if not address.isascii():
        address = _folded(address)
    address = address.lower()
    local, at, domain = address.rpartition("@")
    if not at or not _is_local_part(local):
        raise EmailError("Not an email address.")
    domain = _normal_domain(domain)
    if len(local) + 1 + len(domain) > EMAIL_LIMIT_CHARS:
        raise EmailError("An email address has at most 254 characters.")
    return f"{local}@{domain}"


def _folded(address: str) -> str:
    # Lower-casing can undo NFC ("İ" becomes two code points), so it stands between two of them.
    lowered = unicodedata.normalize("NFC", address).strip().lower()
    return unicodedata.normalize("NFC", lowered)


def _is_local_part(local: str) -> bool:
    if not local or len(local) > LOCAL_LIMIT_CHARS:
        return False
    if local[0] == "." or local[-1] == "." or ".." in local:
        return False
    if local.isascii():
        return _LOCAL.fullmatch(local) is not None
    return not any(
        letter in _LOCAL_SPECIALS or unicodedata.category(letter)[0] in _NO_TEXT for letter in local
    )


def _normal_domain(domain: str) -> str:
    if not domain.isascii() or "xn--" in domain:
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii").lower()
        except (idna.IDNAError, UnicodeError):
            raise EmailError("The domain of the email address is none.") from None
    if _DOMAIN.fullmatch(domain) is None:
        raise EmailError("The domain of the email address is none.")
    return domain
