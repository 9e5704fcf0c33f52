"""Clubs: closed circles of members, how one gets in, and for how long."""

import enum

import msgspec

from service.kernel.calendar import Duration
from service.kernel.texts import Described
from service.rules.cart import NOTHING
from service.rules.case import Case, Terms
from service.rules.conditions.group import Group
from service.rules.conditions.logic import Condition
from service.rules.facts import Facts
from service.rules.needs import Needs


class Invitation(msgspec.Struct, frozen=True, tag="invitation", tag_field="by", omit_defaults=True):
    """A member of it, its owner or staff let somebody in; `term` None: for good."""

    term: Duration | None = None


class Application(
    msgspec.Struct, frozen=True, tag="application", tag_field="by", omit_defaults=True
):
    """One asks to be let in, and staff or the owner approve; `term` None: for good."""

    term: Duration | None = None


class Mode(enum.StrEnum):
    """What a rule does for whom it is true of: it offers a seat, or it lets them in by itself."""

    OFFER = "offer"
    AUTO = "auto"


class ByRule(
    msgspec.Struct, frozen=True, kw_only=True, tag="rule", tag_field="by", omit_defaults=True
):
    """`when` asks nothing about a purchase. `term` None: as long as it is true."""

    at: str
    when: Condition
    mode: Mode = Mode.OFFER
    term: Duration | None = None


class Paid(msgspec.Struct, frozen=True, tag="paid", tag_field="by", omit_defaults=True):
    """A term that is paid for, in minor units; it begins where an earlier one ends."""

    minor: int
    term: Duration


Entry = Invitation | Application | ByRule | Paid


class ClubPool(msgspec.Struct, frozen=True, omit_defaults=True):
    """Units that members of the club put together.

    `draw_max`: wallet -> units a person may draw in a calendar month, any number of the others.
    """

    wallets: tuple[str, ...]
    draw_max: dict[str, int] = msgspec.field(default_factory=dict)


class Club(Described, frozen=True, kw_only=True, omit_defaults=True):
    """A closed club. `number` is given at publish and never reused.

    `visible` False: outsiders get what they would get if there were no such club. `enter`: at most
    one of each kind. `seats` None: any number. `offer_for`: how long an offer, and the seat that is
    kept for it, stands. `invitations_per_member`: how many others one member may let in.
    `pause_max` None: members do not pause by themselves.
    """

    at: str
    id: str
    number: int = 0
    visible: bool = False
    enter: tuple[Entry, ...]
    seats: int | None = None
    waiting_list: bool = False
    offer_for: Duration
    invitations_per_member: int = 0
    pause_max: Duration | None = None
    pool: ClubPool | None = None

    def by_rule(self) -> ByRule | None:
        """The entry by rule, if there is one."""
        return next((one for one in self.enter if isinstance(one, ByRule)), None)

    def paid(self) -> Paid | None:
        """The entry by payment, if there is one."""
        return next((one for one in self.enter if isinstance(one, Paid)), None)

    def invitation(self) -> Invitation | None:
        """The entry by invitation, if there is one."""
        return next((one for one in self.enter if isinstance(one, Invitation)), None)

    def application(self) -> Application | None:
        """The entry by application, if there is one."""
        return next((one for one in self.enter if isinstance(one, Application)), None)


class EarlyAccess(msgspec.Struct, frozen=True):
    """Members of the club have it so much earlier than everybody."""

    club: str
    by: Duration


class CompiledClub:
    """A club, ready to be asked for; `needs`: what its rule reads, if it has one."""

    __slots__ = (
        "_group",
        "_terms",
        "activity_windows",
        "club",
        "id",
        "needs",
        "number",
        "windows",
    )

    def __init__(self, club: Club, group: Group | None, needs: Needs, terms: Terms) -> None:
        self.id = club.id
        self.number = club.number
        self.club = club
        self.needs = needs
        self.windows = needs.windows
        self.activity_windows = needs.activities
        self._group = group
        self._terms = terms

    def lets_in(self, facts: Facts) -> bool | None:
        """Whether its rule is true of the member of the facts; None: it has no rule."""
        member = facts.member
        if self._group is None:
            return None
        return member is not None and self._group.holds(Case(NOTHING, facts, member, self._terms))
