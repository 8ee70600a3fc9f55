"""Whose address a request comes from, past the proxies that are trusted (contract §4, Load).

A proxy appends the address that it was called from: the last entry of `X-Forwarded-For` (or
`Forwarded`, RFC 7239) is true if the peer is trusted, the one before it if that last one is, and so
on. What stands further left anybody can have written.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
)

from config.trusted_proxies import TrustedProxies
from ingest_api.incoming import Incoming

Address = IPv4Address | IPv6Address

HOPS_LIMIT = 16
HEADER_LIMIT_BYTES = 1024
"""Of each of the two headers, from its end: more is no way that a request takes."""
ADDRESSES_KEPT = 4096
"""So many addresses are remembered in the form they are read in: most callers come again."""
SITE_PREFIX_BITS = 64
"""What one customer of a provider has of IPv6: whoever has it can speak from any address in it."""

_WITH_PORT = re.compile(
    r"(?:(\d+\.\d+\.\d+\.\d+)|\[([0-9A-Fa-f:.]+)\])(?::(?:\d{1,5}|_[\w.-]{1,255}))?", re.ASCII
)
_FORWARDED_ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+")++', re.ASCII)
_FORWARDED_FOR = re.compile(
    r'(?:^|;)\s*for=("(?:[^"\\]|\\.)*+"|[^;"\s]*)\s*(?=;|$)', re.IGNORECASE | re.ASCII
)


def client_address(incoming: Incoming, trusted: TrustedProxies) -> str | None:
    """The caller's IPv4 address or IPv6 site (its /64) as text; None where there is none.

    None stands for a peer without an address (a unix socket) behind which nothing is told.
    """
    peer_text = _peer_text(incoming)
    if not trusted:
        return _site_of(peer_text)
    peer = read_address(peer_text)
    if not trusted.has(peer):
        return _site(peer)
    ways = [each for each in (_x_forwarded_for(incoming), _forwarded(incoming)) if each]
    clients = {_past_proxies(peer, way, trusted) for way in ways}
    # A proxy writes one of the two: where both stand and differ, one may be the caller's own.
    return _site(clients.pop() if len(clients) == 1 else peer)


def _past_proxies(
    peer: Address | None, way: Sequence[str], trusted: TrustedProxies
) -> Address | None:
    """The first hop, from the right, that is no trusted proxy; the last one known if all are."""
    known = peer
    for told in reversed(way[-HOPS_LIMIT:]):
        hop = read_address(told)
        if hop is None:
            return known
        known = hop
        if not trusted.has(hop):
            return known
    return known


@lru_cache(ADDRESSES_KEPT)
def read_address(text: str) -> Address | None:
    """An address with or without a port; None for `unknown`, a name, or anything else."""
    text = text.strip(" \t")
    with_port = _WITH_PORT.fullmatch(text)
    bare = (with_port[1] or with_port[2]) if with_port else text
    # A zone names an interface of the proxy, not a caller.
    if len(bare) > 45 or "%" in bare:
        return None
    try:
        return _plain(ip_address(bare))
    except (AddressValueError, ValueError):
        return None


def _plain(address: Address) -> Address:
    """An IPv4 address that came as `::ffff:192.0.2.1` is the IPv4 address."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _peer_text(incoming: Incoming) -> str:
    client = incoming.scope.get("client")
    return str(client[0]).partition("%")[0] if client else ""


@lru_cache(ADDRESSES_KEPT)
def _site_of(text: str) -> str | None:
    return _site(read_address(text))


def _site(address: Address | None) -> str | None:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), SITE_PREFIX_BITS), strict=False))
    return None if address is None else str(address)


def _x_forwarded_for(incoming: Incoming) -> list[str]:
    joined = _joined(incoming.header_values(b"x-forwarded-for"))
    return joined.split(",") if joined else []


def _forwarded(incoming: Incoming) -> list[str]:
    """What each element says of `for`; an empty text where it says nothing readable."""
    joined = _joined(incoming.header_values(b"forwarded"))
    elements = _FORWARDED_ELEMENT.findall(joined) if joined else []
    return [_told_for(element) for element in elements]


def _told_for(element: str) -> str:
    found = _FORWARDED_FOR.search(element.strip())
    return found[1].strip('"') if found else ""


def _joined(lines: Iterable[bytes]) -> str:
    return ",".join(line.decode("latin-1") for line in lines)[-HEADER_LIMIT_BYTES:]
