"""Which events an endpoint wants. Pure.

By type: names of types, or of families (`regulars.points.*`); none: all. By channel: an event that
tells a channel (purchases, returns) is wanted when its channel is; one that tells none is wanted
whatever the channels are, as nobody could know otherwise that it was not.
"""

from collections.abc import Collection, Iterable
from typing import Final

import msgspec

_ANY: Final = ".*"


class _Data(msgspec.Struct):
    channel: str | None = None


class _Body(msgspec.Struct):
    data: _Data


_decode: Final = msgspec.json.Decoder(_Body).decode


def types_of(patterns: Iterable[str], known: Collection[str]) -> list[str]:
    """The types that are meant, in order; all that are known for no pattern."""
    wanted = tuple(patterns)
    if not wanted:
        return sorted(known)
    return sorted({one for pattern in wanted for one in known if fits(one, pattern)})


def fits(kind: str, pattern: str) -> bool:
    """Whether a type is the one named, or of the family."""
    if pattern.endswith(_ANY):
        return kind.startswith(pattern.removesuffix("*"))
    return kind == pattern


def wants(channels: Collection[str], body: bytes) -> bool:
    """Whether an event, of a type that is wanted, is wanted by its channel."""
    if not channels:
        return True
    channel = _decode(body).data.channel
    return channel is None or channel in channels
