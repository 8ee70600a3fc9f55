"""What `allowed_origins` may hold (contract §2, CORS): origins as browsers send them, or "*"."""

import re
from urllib.parse import urlsplit

import idna

ANY_ORIGIN = "*"
OPAQUE_ORIGIN = "null"
ORIGIN_LIMIT_CHARS = 255

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class OriginError(ValueError):
    """The text is no origin; the message says what is wrong with it."""


def read_origin(text: str) -> str:
    """The origin as a browser writes it in its header: lower case, no default port, no path.

    Raises OriginError.
    """
    text = text.strip()
    if text in (ANY_ORIGIN, OPAQUE_ORIGIN):
        return text
    if len(text) > ORIGIN_LIMIT_CHARS:
        raise OriginError(f"At most {ORIGIN_LIMIT_CHARS} characters.")
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    if not separator or not _SCHEME.fullmatch(scheme):
        raise OriginError('An origin such as https://example.com, or "*".')
    if any(mark in rest.removesuffix("/") for mark in "/?#@"):
        raise OriginError("An origin has no path, query or user name.")
    return f"{scheme}://{_authority(scheme, rest.removesuffix('/'))}"


def _authority(scheme: str, text: str) -> str:
    try:
        port = urlsplit(f"//{text}").port
    except ValueError:
        raise OriginError("The port cannot be read.") from None
    host = text if port is None else text.rpartition(":")[0]
    host = _host(host.removesuffix(":"))
    return host if port in (None, _DEFAULT_PORTS.get(scheme)) else f"{host}:{port}"


def _host(text: str) -> str:
    try:
        host = text.lower() if text.isascii() else idna.encode(text, uts46=True).decode()
    except idna.IDNAError:
        raise OriginError("The host cannot be read.") from None
    if not _HOST.fullmatch(host):
        raise OriginError("The host cannot be read.")
    return host
