"""Events of segments: ids only, each with the member it is about."""

from typing import Any, Final

import msgspec


class SegmentEntered(msgspec.Struct, frozen=True, kw_only=True):
    """The member belongs to a segment since the event's time."""

    segment: str


class SegmentLeft(msgspec.Struct, frozen=True, kw_only=True):
    """The member belongs to a segment no more since the event's time."""

    segment: str


SegmentEvent = SegmentEntered | SegmentLeft

SEGMENT_TYPES: Final[dict[type[Any], str]] = {
    SegmentEntered: "regulars.segment.entered.v1",
    SegmentLeft: "regulars.segment.left.v1",
}
