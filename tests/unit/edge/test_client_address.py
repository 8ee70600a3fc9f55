"""Whose address a request comes from: nobody but a trusted proxy can say (contract §4, Load)."""

import pytest

from config.trusted_proxies import read_trusted_proxies
from ingest_api.client_address import client_address
from ingest_api.incoming import Incoming

PROXY = "10.0.0.7"
TRUSTED = "10.0.0.0/8, fd00::/8"


def address(trusted: str, peer: str | None, *headers: tuple[str, str]) -> str | None:
    scope = {
        "client": None if peer is None else (peer, 50_123),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }

    async def receive() -> dict[str, object]:
        raise AssertionError("nothing is read")

    return client_address(Incoming(scope, receive, 1.0), read_trusted_proxies(trusted))


def by_x(way: str, peer: str | None = PROXY, trusted: str = TRUSTED) -> str | None:
    return address(trusted, peer, ("X-Forwarded-For", way))


def by_forwarded(way: str, peer: str = PROXY) -> str | None:
    return address(TRUSTED, peer, ("Forwarded", way))


def test_without_trusted_proxies_no_header_is_believed() -> None:
    assert by_x("198.51.100.1", PROXY, "none") == PROXY


def test_a_peer_that_is_no_trusted_proxy_speaks_for_itself_only() -> None:
    assert by_x("198.51.100.1", "192.0.2.9") == "192.0.2.9"


@pytest.mark.parametrize("trusted", ["::ffff:10.0.0.7", "::ffff:10.0.0.0/104"])
def test_a_proxy_may_be_named_as_a_listener_for_both_kinds_shows_it(trusted: str) -> None:
    assert by_x("198.51.100.1", PROXY, trusted) == "198.51.100.1"
    assert by_x("198.51.100.1", "::ffff:11.0.0.7", trusted) == "11.0.0.7"


@pytest.mark.parametrize(
    ("way", "client"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("203.0.113.5, 198.51.100.1", "198.51.100.1"),
        ("198.51.100.1, 10.2.3.4", "198.51.100.1"),
        ("203.0.113.5, 198.51.100.1, 10.2.3.4 ,10.9.9.9", "198.51.100.1"),
        ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
        (",".join(["203.0.113.5"] * 900) + ",198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_client_is_the_last_hop_that_no_trusted_proxy_is(way: str, client: str) -> None:
    assert by_x(way) == client


@pytest.mark.parametrize(
    ("told", "client"),
    [
        ("198.51.100.1:4711", "198.51.100.1"),
        ("198.51.100.1:_hidden", "198.51.100.1"),
        ("[2001:db8:1:2:3::4]:_a.b-1", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:3::4]", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("::FFFF:c633:6401", "198.51.100.1"),
    ],
)
def test_an_address_is_read_with_its_port_and_in_its_shortest_kind(told: str, client: str) -> None:
    assert by_x(told) == client


@pytest.mark.parametrize(
    "told",
    [
        "",
        ",",
        "unknown",
        "_hidden",
        "localhost",
        "198.51.100.256",
        "198.51.100.1:99999999",
        "fe80::1%eth0",
        "[2001:db8::1",
        "2001:db8::1]:80",
        "1" * 4000,
        "198.51.100.1; DROP",
        "\u00b9\u00b2.1.1.1",
        "0x7f.1.1.1",
        "\x00",
    ],
)
def test_what_is_no_address_leaves_the_proxy_that_told_it(told: str) -> None:
    assert by_x(f"198.51.100.1,{told}") == PROXY


def test_several_lines_are_one_way() -> None:
    lines = [("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", "10.2.3.4")]
    assert address(TRUSTED, PROXY, *lines) == "198.51.100.1"


@pytest.mark.parametrize(
    ("way", "client"),
    [
        ("for=198.51.100.1", "198.51.100.1"),
        ('For="[2001:db8:1:2::9]:4711";proto=https', "2001:db8:1:2::/64"),
        ("for=203.0.113.5, for=198.51.100.1;by=10.0.0.7, for=10.2.3.4", "198.51.100.1"),
        ('by="a,b";for=198.51.100.1', "198.51.100.1"),
        ("for=unknown", PROXY),
        ("by=203.0.113.5", PROXY),
        ('for="198.51.100.1', PROXY),
        ('for="203.0.113.5, for="[2001:db8::1]"', PROXY),
        ("for=" + '"\\' * 500, PROXY),
    ],
)
def test_forwarded_says_the_same(way: str, client: str) -> None:
    assert by_forwarded(way) == client


def test_a_caller_cannot_slip_in_the_header_that_its_proxy_does_not_write() -> None:
    ways = ("X-Forwarded-For", "198.51.100.1"), ("Forwarded", "for=203.0.113.5")
    assert address(TRUSTED, PROXY, *ways) == PROXY


def test_two_headers_that_agree_are_believed() -> None:
    ways = ("X-Forwarded-For", "198.51.100.1"), ("Forwarded", "for=198.51.100.1")
    assert address(TRUSTED, PROXY, *ways) == "198.51.100.1"


def test_a_peer_on_both_stacks_is_the_same_proxy() -> None:
    assert by_x("198.51.100.1", f"::ffff:{PROXY}") == "198.51.100.1"


def test_a_peer_of_ipv6_counts_as_its_site() -> None:
    assert address("none", "2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64"


def test_a_peer_without_an_address_has_none() -> None:
    assert by_x("198.51.100.1", None) is None


def test_a_unix_socket_can_be_trusted() -> None:
    assert by_x("198.51.100.1", None, "unix") == "198.51.100.1"


@pytest.mark.parametrize("text", ["proxy.example.com", "10.0.0.1/8", "10.0.0.0/33", "none,::1"])
def test_what_is_no_network_is_no_trusted_proxy(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be none, or addresses and networks"):
        read_trusted_proxies(text)
