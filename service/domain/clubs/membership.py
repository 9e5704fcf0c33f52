"""Who belongs to a club when: arithmetic over intervals, pure.

A member belongs to a club at an instant when a ground covers it and neither a ban nor a pause does.
Intervals are half open; an end may lie in the future (a term). A ground on a rule that has to stay
true is conditional: it counts only while the club's rule is true of the member, which is not known
here.
"""

import datetime as dt
import enum
import uuid
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from service.domain.clubs.types import Ground

BAN: Final = 8
PAUSE: Final = 9


class Ended(enum.IntEnum):
    """Why a span ended: `club_span.ended_why`; never reused."""

    LEFT = 1  # they went, or their pause ended early
    BANNED = 2
    RULE = 3  # what let them in is not true any more
    RETURNED = 4  # the purchase that opened the club came back
    REVERSED = 5  # the payment was taken back
    REMOVED = 6  # staff ended it, or lifted the ban
    LAPSED = 7  # its term was over
    ERASED = 8  # the person was forgotten
    MERGED = 9  # the member is another one now
    MOVED = 10  # an earlier term was taken back: this one begins where that one did, as another row


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `club_span`: a ground (`types.Ground`), a BAN or a PAUSE.

    `source`: the offer, code, application, payment or purchase it came of. `renews` False: it was
    cancelled and ends with its term. `ended_at`, `ended_why`: when it was told to end before its
    time, or was found to be over.
    """

    holder_id: uuid.UUID
    span_id: uuid.UUID
    club: int
    kind: int
    from_at: dt.datetime
    until_at: dt.datetime | None = None
    conditional: bool = False
    renews: bool = True
    source: uuid.UUID | None = None
    invited_by: uuid.UUID | None = None
    note: str | None = None
    actor_kind: int
    actor_id: str
    recorded_at: dt.datetime
    ended_at: dt.datetime | None = None
    ended_why: int | None = None

    def covers(self, at: dt.datetime) -> bool:
        """The instant is in it."""
        return self.from_at <= at and (self.until_at is None or at < self.until_at)

    @property
    def is_ground(self) -> bool:
        """It lets somebody be in, rather than keeping them out."""
        return self.kind not in (BAN, PAUSE)


def grounds(spans: Iterable[Span], club: int, at: dt.datetime) -> list[Span]:
    """The grounds that cover the instant."""
    return [one for one in spans if one.club == club and one.is_ground and one.covers(at)]


def has_ground(spans: Iterable[Span], club: int, at: dt.datetime) -> bool:
    """Somebody who belongs to the club, pausing or not; a ban ends all grounds."""
    return bool(grounds(spans, club, at))


def rests_on(spans: Iterable[Span], club: int, kind: Ground, at: dt.datetime) -> bool:
    """A ground of the kind covers the instant."""
    return any(one.kind == kind for one in grounds(spans, club, at))


def banned_at(spans: Iterable[Span], club: int, at: dt.datetime) -> bool:
    """A ban covers the instant."""
    return _suspended(spans, club, BAN, at) is not None


def paused_at(spans: Iterable[Span], club: int, at: dt.datetime) -> Span | None:
    """The pause that covers the instant."""
    return _suspended(spans, club, PAUSE, at)


def _suspended(spans: Iterable[Span], club: int, kind: int, at: dt.datetime) -> Span | None:
    found = (one for one in spans if one.club == club and one.kind == kind and one.covers(at))
    return next(found, None)


def belongs(spans: Sequence[Span], club: int, at: dt.datetime) -> bool:
    """In the club at the instant; a conditional ground is taken for true."""
    if not has_ground(spans, club, at):
        return False
    return not banned_at(spans, club, at) and paused_at(spans, club, at) is None


def clubs_at(spans: Sequence[Span], at: dt.datetime) -> tuple[set[int], set[int]]:
    """The clubs somebody is in at the instant, and those only while their rule is true."""
    sure: set[int] = set()
    conditional: set[int] = set()
    for club in {one.club for one in spans}:
        if belongs(spans, club, at):
            found = grounds(spans, club, at)
            (conditional if all(one.conditional for one in found) else sure).add(club)
    return sure, conditional


def ends_at(spans: Sequence[Span], club: int, at: dt.datetime) -> dt.datetime | None:
    """When the membership of the instant ends by itself; None: it does not. Not asked of others.

    Grounds that follow each other without a gap are one membership.
    """
    end = at
    while found := grounds(spans, club, end):
        ends = [one.until_at for one in found if one.until_at is not None]
        if len(ends) < len(found):
            return None
        end = max(ends)
    return end


def since(spans: Sequence[Span], club: int, at: dt.datetime) -> dt.datetime:
    """When the membership of the instant began; the instant itself, when there is none."""
    start = at
    own = [one for one in spans if one.club == club and one.is_ground]
    while True:
        earlier = [
            one.from_at
            for one in own
            if one.from_at < start and (one.until_at is None or one.until_at >= start)
        ]
        if not earlier:
            return start
        start = min(earlier)


def overdue(spans: Iterable[Span], club: int, at: dt.datetime) -> list[Span]:
    """Grounds that are over and were not written down as such."""
    return [
        one
        for one in spans
        if one.club == club
        and one.is_ground
        and one.ended_at is None
        and one.until_at is not None
        and one.until_at <= at
    ]


def paid_until(spans: Iterable[Span], club: int, at: dt.datetime) -> dt.datetime | None:
    """Where the last paid term ends that is not over at the instant; None: there is none."""
    ends = [
        one.until_at
        for one in spans
        if one.club == club
        and one.kind == Ground.PAID
        and one.until_at is not None
        and one.until_at > max(at, one.from_at)
    ]
    return max(ends, default=None)
