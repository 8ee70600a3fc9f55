"""The proxies in front of the edge whose word on a caller's address is taken."""

from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)

NONE = "none"
UNIX = "unix"
"""Peers that have no address: those that come through a unix socket."""
_MAPPED = IPv6Network("::ffff:0:0/96")


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """Networks of proxies; false where there are none."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    unix: bool = False

    def __bool__(self) -> bool:
        return self.unix or bool(self.networks)

    def has(self, peer: IPv4Address | IPv6Address | None) -> bool:
        """Whether the peer is one of them; None is a peer without an address."""
        if peer is None:
            return self.unix
        return any(peer in network for network in self.networks)


def read_trusted_proxies(text: str) -> TrustedProxies:
    """Addresses and networks with commas between them, also `unix`, or `none` alone.

    Raises ValueError with what to write instead.
    """
    words = [word for word in (each.strip() for each in text.split(",")) if word]
    if words == [NONE]:
        return TrustedProxies()
    networks = tuple(_network(word) for word in words if word != UNIX)
    return TrustedProxies(networks, UNIX in words)


def _network(word: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(word)
    except ValueError:
        raise ValueError(
            f"must be {NONE}, or addresses and networks such as 10.0.0.0/8,::1,{UNIX}"
        ) from None
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        # Peers that come as `::ffff:10.0.0.1` are read as IPv4 addresses, too.
        ipv4 = network.network_address.ipv4_mapped
        return IPv4Network(f"{ipv4}/{network.prefixlen - _MAPPED.prefixlen}")
    return network
