"""Answers about segments."""

import datetime as dt
import uuid
from typing import Final

import msgspec

PAGE_MAX: Final = 1_000


class SegmentView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A segment of the program in force. `members`: how many belong to it, as last looked at."""

    id: str
    members: int
    title: dict[str, str] = {}
    text: dict[str, str] = {}


class SegmentList(msgspec.Struct, frozen=True, kw_only=True):
    """All segments, in the order of the program file."""

    items: tuple[SegmentView, ...]


class SegmentMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who belongs to a segment, and since when."""

    member_id: uuid.UUID
    since: dt.datetime


class SegmentMemberPage(msgspec.Struct, frozen=True, kw_only=True):
    """In the order of ids; `next` is the cursor of the next page, null on the last."""

    items: tuple[SegmentMember, ...]
    next: str | None
