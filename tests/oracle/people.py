"""One member and one club: grounds, times away, offers; and what the program says of the club."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass, field

from tests.oracle.days import Span


@dataclass(frozen=True)
class Rules:
    """What the program says of a club. `applications`, `paid`: the term, None: no such way in."""

    id: str
    zone: zoneinfo.ZoneInfo
    visible: bool
    seats: int | None
    has_list: bool
    offer_for: Span
    invitations: int
    pause_max: Span
    invites: bool
    applications: Span | None
    paid: Span | None
    by_rule: bool


@dataclass(eq=False)
class Ground:
    """Why somebody is in, from `since` until `until`. `while_true`: as long as the rule holds."""

    kind: str
    since: dt.datetime
    until: dt.datetime | None
    while_true: bool = False
    renews: bool = True
    ended: str | None = None
    home: str | None = None  # whose it was before a merge

    def covers(self, at: dt.datetime) -> bool:
        """The instant is in it."""
        return self.since <= at and (self.until is None or at < self.until)

    def end(self, at: dt.datetime, why: str) -> None:
        """It is over then, at the latest."""
        self.until = max(self.since, at if self.until is None else min(at, self.until))
        self.ended = why


@dataclass(eq=False)
class Away:
    """A time in which a member pauses, or is banned."""

    since: dt.datetime
    until: dt.datetime | None
    home: str | None = None

    def covers(self, at: dt.datetime) -> bool:
        """The instant is in it."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(eq=False)
class Offer:
    """A place somebody can take until `due`. `turn`: it was their turn on the list."""

    member: str
    kind: str
    due: dt.datetime
    inviter: str | None
    turn: bool
    has_seat: bool
    state: str = "open"
    home: str | None = None

    def stands(self, at: dt.datetime) -> bool:
        """It can be taken at the instant."""
        return self.state == "open" and at < self.due


@dataclass(eq=False)
class Place:
    """Somebody waits."""

    member: str
    kind: str
    inviter: str | None
    home: str | None = None


@dataclass(eq=False)
class Person:
    """All about one member and the club."""

    grounds: list[Ground] = field(default_factory=list)
    pauses: list[Away] = field(default_factory=list)
    bans: list[Away] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    applications: list[str] = field(default_factory=list)

    def covering(self, at: dt.datetime) -> list[Ground]:
        """The grounds of the instant."""
        return [one for one in self.grounds if one.covers(at)]

    def is_banned(self, at: dt.datetime) -> bool:
        """They may not come in."""
        return any(one.covers(at) for one in self.bans)

    def pause(self, at: dt.datetime) -> Away | None:
        """The pause of the instant."""
        return next((one for one in self.pauses if one.covers(at)), None)

    def offer(self, at: dt.datetime) -> Offer | None:
        """What they can take."""
        return next((one for one in self.offers if one.stands(at)), None)

    def ends_at(self, at: dt.datetime) -> dt.datetime | None:
        """When grounds that follow each other without a gap end; None: they do not."""
        while found := self.covering(at):
            ends = [one.until for one in found if one.until is not None]
            if len(ends) < len(found):
                return None
            at = max(ends)
        return at
