"""The connection guard: a socket is only made for an address of the public internet.

It stands where the connection is made, behind name resolution, so that literals in any spelling, redirects and names
that resolve differently the second time all pass through it.
"""

from __future__ import annotations

import errno
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.feeds.outcome import ErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import AddrInfoType

PORTS = frozenset({80, 443, 8080, 8443})
SCHEMES = frozenset({"http", "https"})
BLOCKED = "blocked address"
# Reserved beyond what every supported version of `ipaddress` says: relays, translators, benchmarks, old site-local.
_RESERVED: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
_NAT64 = ip_network("64:ff9b::/96")
_TEREDO = ip_network("2001::/32")


class BlockedAddressError(OSError):
    """The address is not of the public internet."""


def is_public(text: str) -> bool:
    """Say whether an address may be connected to: global itself and, where it carries another, that one too."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    carried = _carried(address)
    if carried:
        return all(is_public(str(inner)) for inner in carried)
    reserved = any(address in network for network in _RESERVED if network.version == address.version)
    return address.is_global and not (address.is_multicast or reserved or address.is_unspecified or address.is_loopback)


def socket_factory(*, allow_private: bool) -> Callable[[AddrInfoType], socket.socket]:
    """Return the factory for aiohttp's connector."""

    def make(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allow_private and not is_public(str(address[0])):
            raise BlockedAddressError(errno.EACCES, f"{BLOCKED} {address[0]}")
        made = socket.socket(family=family, type=kind, proto=protocol)
        made.setblocking(False)  # noqa: FBT003 - the name of the method says it
        return made

    return make


def refusal(url: str, *, allow_private: bool) -> ErrorKind | None:
    """Say why an address must not be requested: another scheme than http and https, or an unusual port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ErrorKind.BAD_REDIRECT
    if parts.scheme not in SCHEMES:
        return ErrorKind.BLOCKED_SCHEME
    if not parts.hostname:
        return ErrorKind.BAD_REDIRECT
    if port is not None and port not in PORTS and not allow_private:
        return ErrorKind.BLOCKED_ADDRESS
    return None


def _carried(address: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 addresses an IPv6 address stands for: mapped, NAT64, 6to4, Teredo (server and client)."""
    if isinstance(address, IPv4Address):
        return ()
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    if address.sixtofour:
        return (address.sixtofour,)
    if address in _TEREDO and address.teredo:
        return address.teredo
    return ()
