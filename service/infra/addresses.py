"""Which addresses a request to a receiver may go to: public ones, and those the operator allows.

A receiver names itself, so its name may lead anywhere, also to the database beside us or to what a
cloud tells machines about themselves. An address that carries another one (IPv4 in IPv6) is judged
by what it carries. https://www.iana.org/assignments/iana-ipv6-special-registry
"""

import ipaddress
from collections.abc import Sequence
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_TUNNELS: Final = (ipaddress.IPv6Network("2002::/16"), ipaddress.IPv6Network("2001::/32"))
_V4_BITS: Final = 0xFFFFFFFF


def carried(address: Address) -> Address:
    """The IPv4 address in an IPv6 one that is reached through it, or the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & _V4_BITS)
    return address


def is_public(address: Address) -> bool:
    """Whether anybody on the internet may have it: no private, local, shared or multicast one."""
    real = carried(address)
    if any(real.version == net.version and real in net for net in _TUNNELS):
        return False
    if isinstance(real, ipaddress.IPv6Address) and real.is_site_local:  # global to old Pythons
        return False
    return real.is_global and not real.is_multicast and not real.is_reserved


def is_within(address: Address, networks: Sequence[Network]) -> bool:
    """Whether the address, or the one it carries, lies in one of the networks."""
    real = carried(address)
    return any(real.version == net.version and real in net for net in networks)
