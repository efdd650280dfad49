"""Which addresses a server may connect to when a stranger has named them. Pure.

Only global unicast addresses are good: everything that the IANA special-purpose registries (RFC 6890) set apart is
not, nor is an IPv6 address that only wraps an IPv4 one, since who unwraps it is not known here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_V4 = {
    "0.0.0.0/8": "unspecified",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "carrier-grade NAT",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "protocol assignments",
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": "6to4",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    # The one metadata service of a cloud that answers at a public address.
    "168.63.129.16/32": "cloud metadata",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
}
# Global unicast is 2000::/3; these parts of it are not.
_V6 = {
    "2001::/32": "Teredo",
    "2001::/23": "protocol assignments",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4",
    "3fff::/20": "documentation",
}
# Names for what lies outside of it, so that whoever reads the refusal knows why.
_V6_OUTSIDE = {
    "::/128": "unspecified",
    "::1/128": "loopback",
    "::ffff:0:0/96": "IPv4-mapped",
    "::/96": "IPv4-compatible",
    "64:ff9b::/96": "NAT64",
    "64:ff9b:1::/48": "NAT64",
    "fc00::/7": "private",
    "fe80::/10": "link-local",
    "ff00::/8": "multicast",
}

_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V4 = [(ipaddress.IPv4Network(network), why) for network, why in _V4.items()]
_REFUSED_V6 = [(ipaddress.IPv6Network(network), why) for network, why in (_V6 | _V6_OUTSIDE).items()]
# The interface part of ISATAP (RFC 5214), with either value of its global bit; an IPv4 address follows.
_ISATAP = {0x00005EFE, 0x02005EFE}


def refusal(address: Address, allowed: Sequence[Network] = ()) -> str | None:
    """Why an address is refused, in a word or two; None for one that is good, or that `allowed` opens."""
    if any(address.version == network.version and address in network for network in allowed):
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return next((why for network, why in _REFUSED_V4 if address in network), None)
    named = next((why for network, why in _REFUSED_V6 if address in network), None)
    if named or address not in _GLOBAL_V6:
        return named or "reserved"
    return "ISATAP" if int(address) >> 32 & 0xFFFFFFFF in _ISATAP else None


def networks(text: str) -> list[Network]:
    """Networks, separated by commas, such as `127.0.0.0/8, fd00::/8`. Raises ValueError for what is none."""
    return [ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()]


def network_of(host: str) -> str:
    """The network that a caller's address is counted with: of IPv4 the address itself, of IPv6 its /64, because one
    customer of a provider has all of that. What is no address stands for itself.
    """
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.IPv6Network((address, 64), strict=False))
        return str(address.ipv4_mapped)
    return str(address)
