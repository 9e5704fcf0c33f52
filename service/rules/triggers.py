"""Triggers: what makes a rule be asked. A purchase does, unless the rule names something else."""

import datetime as dt
import enum
from typing import Final

import msgspec

from service.kernel.calendar import Duration
from service.rules.values import Scalar


class On(enum.StrEnum):
    """What may happen to a member."""

    PURCHASE = "purchase"
    RETURN = "return"
    ENROL = "enrol"
    ACTIVITY = "activity"
    TIER_CHANGE = "tier_change"
    CLUB_JOIN = "club_join"
    CLUB_LEAVE = "club_leave"
    SEGMENT_ENTER = "segment_enter"
    SEGMENT_LEAVE = "segment_leave"
    BIRTHDAY = "birthday"
    ANNIVERSARY = "anniversary"
    POINTS_EXPIRING = "points_expiring"


class Direction(enum.StrEnum):
    """Which way a tier changed."""

    UP = "up"
    DOWN = "down"


class Trigger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`of`: the activity's name, the ladder, club, segment or wallet it is about.

    tier_change: only `to` that tier, or in that `direction` (None: any). points_expiring: so long
    `before` they do.
    """

    on: On = On.PURCHASE
    of: str = ""
    to: str | None = None
    direction: Direction | None = None
    before: Duration | None = None

    def key(self) -> str:
        """Rules with the same one are asked together: `activity:review-written`."""
        return key(self.on, self.of, self.before)


PURCHASE: Final = Trigger()


class Occasion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened to a member, for which rules with that trigger are asked.

    `ref` names it among all of its kind and member, so that it is one whenever it is found again: a
    local date, the id of an activity or a return, `<operation>/<tier>`. `attributes`: an activity's
    own; of a tier change `was`, `now`, `direction`; of units that lapse `amount` and `on`. `cause`
    is the operation it came of, as text; none: time.
    """

    on: On
    of: str = ""
    before: Duration | None = None
    at: dt.datetime
    ref: str
    attributes: dict[str, Scalar] = {}
    cause: str | None = None

    def key(self) -> str:
        """That of the triggers it is for."""
        return key(self.on, self.of, self.before)


def key(on: On, of: str, before: Duration | None) -> str:
    """One text for a kind of occasion."""
    return ":".join(str(part) for part in (on, of, before) if part)
