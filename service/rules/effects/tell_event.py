"""`event: {name: winback, data: {reason: drifting}}`: an event for other systems."""

import msgspec

from service.rules.values import Scalar


class TellEvent(
    msgspec.Struct, frozen=True, kw_only=True, tag="event", tag_field="do", omit_defaults=True
):
    """`data` is passed on as it stands in the file."""

    at: str
    name: str
    data: dict[str, Scalar] = {}
