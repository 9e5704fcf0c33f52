"""Accept-Language: which texts somebody wants to read (RFC 9110 section 12.5.4)."""

import re
from typing import Final

from service.api.call import Call
from service.kernel.texts import Languages

_RANGE: Final = re.compile(
    rb"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,3}|\*)\s*(?:;\s*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?\s*"
)
RANGES_MAX: Final = 20


def preferred(call: Call) -> Languages:
    """The languages wanted, the best first, as tags such as `pl` or `pt-BR`; none: any.

    Of equals the one named first. What is not a language range is passed over, as everybody does.
    """
    header = call.headers.get(b"accept-language")
    if header is None:
        return ()
    found: list[tuple[int, str]] = []
    for part in header.split(b",")[:RANGES_MAX]:
        match = _RANGE.fullmatch(part)
        if match is None or match[1] == b"*":
            continue
        thousandths = int((match[2] or b"1").replace(b".", b"").ljust(4, b"0"))
        if thousandths > 0:
            found.append((-thousandths, match[1].decode()))
    return tuple(tag for _, tag in sorted(found, key=lambda one: one[0]))
