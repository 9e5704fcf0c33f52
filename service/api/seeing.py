"""From where an act of administration is done, and why: said for the audit, and nowhere else."""

import ipaddress
import re
from typing import Final

import msgspec

from service.api.call import Call
from service.api.headers import invalid
from service.domain.audit.types import REASON
from service.kernel.actor import Actor

# An address is a person's; a network is enough to see that somebody was elsewhere than usual.
_BITS: Final = {4: 24, 6: 48}
_REASON: Final = re.compile(REASON)


def seen(call: Call) -> Actor:
    """Who asks, with the network of their address and their reason; InvalidHeader."""
    return msgspec.structs.replace(call.actor, network=_network(call), reason=_reason(call))


def _network(call: Call) -> str | None:
    address = call.address
    if address is None:
        return None
    bits = _BITS[address.version]
    return str(ipaddress.ip_network((address, bits), strict=False))


def _reason(call: Call) -> str | None:
    given = call.headers.get(b"regulars-reason")
    if given is None:
        return None
    text = given.decode("latin-1")
    if not _REASON.fullmatch(text):
        detail = "is one word, such as a ticket: 1 to 64 of A-Z a-z 0-9 . _ : / # -"
        raise invalid("Regulars-Reason", detail)
    return text
