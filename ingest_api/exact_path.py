"""The path of a request, segment by segment (contract §11: ids are percent-encoded).

Servers decode a path before it is split: an id that holds a slash would fall apart, and one that
looks like the rest of a route would be taken for it.
"""

from urllib.parse import quote, unquote_to_bytes

_NEVER_ENCODED = "!$&'()*+,;=:@"
"""What may stand in a segment as it is (RFC 3986 §3.3), beside letters, digits and `-._~`."""


def exact_path(raw_path: bytes) -> str:
    """The path in one spelling: encoded where it has to be, and nowhere else."""
    if b"%" not in raw_path:
        return raw_path.decode("latin-1")
    return "/".join(
        quote(unquote_to_bytes(segment), safe=_NEVER_ENCODED) for segment in raw_path.split(b"/")
    )


def read_segment(segment: str) -> str | None:
    """What a segment of an exact path says; None if that is no text."""
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        return None
