"""Whose request it is, by address: the caller's, behind as many proxies of the operator's own.

`X-Forwarded-For` is what each proxy says of who asked it, the nearest last, and the rest is what
the caller has written there. So it is read from its end, and only as long as the one who says it is
trusted; the first who is not is the caller.
"""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from service.infra.addresses import Address, Network, is_within

HOPS_MAX: Final = 16
_FORWARDED: Final = b"x-forwarded-for"


def address_of(scope: Mapping[str, Any], trusted: Sequence[Network]) -> Address | None:
    """The caller's address, IPv4 as such; None where there is none (a local socket).

    Where a proxy that is trusted says no address, its own counts.
    """
    client = scope.get("client")
    found = None if client is None else _read(str(client[0]))
    if found is None or not trusted or not is_within(found, trusted):
        return found
    for text in _said(scope):
        before = _read(text)
        if before is None:
            return found
        found = before
        if not is_within(found, trusted):
            return found
    return found


def _said(scope: Mapping[str, Any]) -> Iterator[str]:
    """What proxies say, the nearest first; several headers are one list (RFC 9110 5.3)."""
    values = [value for name, value in scope["headers"] if name.lower() == _FORWARDED]
    hops = b",".join(values).decode("latin-1").split(",")
    yield from (one.strip() for one in reversed(hops[-HOPS_MAX:]))


def _read(text: str) -> Address | None:
    """`10.0.0.1`, `10.0.0.1:4711`, `fd00::1`, `[fd00::1]:4711`; None: no address."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
