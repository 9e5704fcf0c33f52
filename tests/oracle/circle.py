"""A club by definition: who is offered a place, who waits, who sits, who comes in.

Nothing here is clever: lists are searched from their beginning. Time is what the caller says it is;
it never goes back.
"""

import datetime as dt
from collections.abc import Callable

from tests.oracle import days
from tests.oracle.people import Ground, Offer, Person, Place, Rules
from tests.oracle.world import Refused

STAFF = None  # who invites when no member does


class Circle:
    """One club. `holds(member, at)`: what its rule asks is true, after all of that instant."""

    def __init__(self, rules: Rules, holds: Callable[[str, dt.datetime], bool]) -> None:
        self.rules = rules
        self.people: dict[str, Person] = {}
        self.places: list[Place] = []
        self.seats: dict[str, dt.datetime | None] = {}
        self.payments: dict[str, tuple[str, Ground]] = {}
        self.told: dict[str, bool] = {}  # what was seen of the rule when it was looked at last
        self._holds = holds
        self.who: Callable[[str], str] = str  # as whom a name is known

    def person(self, member: str) -> Person:
        """All about them."""
        return self.people.setdefault(member, Person())

    # ------------------------------------------------------------ what is so

    def is_in(self, member: str, at: dt.datetime, *, holds: bool) -> bool:
        """In at the instant, pausing or not; `holds`: the rule is true then."""
        person = self.person(member)
        found = person.covering(at)
        return not person.is_banned(at) and any(holds or not one.while_true for one in found)

    def belongs(self, member: str, at: dt.datetime, *, holds: bool) -> bool:
        """The same, and does not pause."""
        is_away = self.person(member).pause(at) is not None
        return self.is_in(member, at, holds=holds) and not is_away

    def place(self, member: str) -> Place | None:
        """Where they wait."""
        return next((one for one in self.places if one.member == member), None)

    def ahead(self, member: str) -> int:
        """How many wait longer."""
        return next(n for n, one in enumerate(self.places) if one.member == member)

    def taken(self, at: dt.datetime) -> set[str]:
        """Who has a seat."""
        return {who for who, due in self.seats.items() if due is None or at < due}

    def free(self, at: dt.datetime) -> int:
        """Seats nobody has."""
        return max(0, (self.rules.seats or 0) - len(self.taken(at)))

    def spent(self, member: str, at: dt.datetime) -> int:
        """Invitations of theirs that were taken, or can be."""
        return sum(
            one.state == "taken" or one.stands(at)
            for person in self.people.values()
            for one in person.offers
            if one.inviter is not None and self.who(one.inviter) == member and not one.turn
        )

    def knows(self, member: str, at: dt.datetime) -> bool:
        """They may be told that there is such a club."""
        person = self.person(member)
        if person.is_banned(at):
            return False
        is_near = person.covering(at) or person.offer(at) or "open" in person.applications
        return self.rules.visible or bool(is_near) or self.place(member) is not None

    def _must_know(self, member: str, at: dt.datetime) -> None:
        if not self.knows(member, at):
            raise Refused("club-not-found")

    def _must_have_ground(self, member: str, at: dt.datetime) -> None:
        self._must_know(member, at)
        if not self.person(member).covering(at):
            raise Refused("not-in-club")

    # ------------------------------------------------------------ offers and places

    def invite(self, guest: str, by: str | None, at: dt.datetime) -> bool:
        """Somebody is invited; whether that was news."""
        person = self.person(guest)
        if by is not STAFF:
            self._may_invite(by, at)
        if person.is_banned(at):
            raise Refused("cannot-be-invited")
        if person.covering(at):
            raise Refused("already-in-club")
        had = person.offer(at)
        if had is not None:
            inviter = None if had.inviter is None else self.who(had.inviter)
            if had.kind == "invitation" and not had.turn and inviter == by:
                return False
            raise Refused("already-invited")
        if self.place(guest) is not None:
            raise Refused("already-invited")
        if not self.rules.invites:
            raise Refused("entry-not-offered")
        if by is not STAFF and self.spent(by, at) >= self.rules.invitations:
            raise Refused("invitations-used-up")
        self._offer(guest, "invitation", by, at)
        return True

    def _may_invite(self, by: str, at: dt.datetime) -> None:
        """A verb takes a rule for true until the job has looked; prices ask it themselves."""
        self._must_know(by, at)
        if not self.belongs(by, at, holds=True):
            raise Refused("not-in-club")

    def _offer(
        self, member: str, kind: str, inviter: str | None, at: dt.datetime, *, turn: bool = False
    ) -> None:
        """With a seat, if one is free and nobody waits, or it is their turn."""
        due = days.plus(at, self.rules.offer_for, self.rules.zone)
        has_seat = self.rules.seats is not None and self.free(at) > 0
        has_seat = has_seat and (turn or not self.places)
        offer = Offer(member, kind, due, inviter, turn, has_seat)
        self.person(member).offers.append(offer)
        if has_seat:
            self.seats[member] = due

    def withdraw(self, member: str, at: dt.datetime) -> None:
        """What they are offered is taken back by those who manage."""
        offer = self.person(member).offer(at)
        if offer is not None:
            self._close(offer, "withdrawn", at)
        self.advance(at)

    def _close(self, offer: Offer, state: str, at: dt.datetime) -> None:
        offer.state = state
        if offer.has_seat and not self.person(offer.member).covering(at):
            self.seats.pop(offer.member, None)

    def decline(self, member: str, at: dt.datetime) -> bool:
        """They do not want what they are offered; whether that was news."""
        person = self.person(member)
        last = person.offers[-1] if person.offers else None
        if last is not None and last.state == "declined" and not person.is_banned(at):
            self.advance(at)
            return False
        self._must_know(member, at)
        offer = person.offer(at)
        if offer is None:
            raise Refused("no-open-offer")
        self._close(offer, "declined", at)
        self.advance(at)
        return True

    def join(self, member: str, at: dt.datetime) -> bool:
        """They take what they are offered; whether that was news."""
        self._must_know(member, at)
        person = self.person(member)
        offer = person.offer(at)
        if offer is None:
            if person.covering(at) or self.place(member) is not None:
                return False
            raise Refused("no-open-offer")
        if offer.kind == "paid":
            raise Refused("payment-needed")
        self._enter(member, offer.kind, offer.inviter, at, at)
        return True

    def leave_list(self, member: str, at: dt.datetime) -> None:
        """They wait no more."""
        self._must_know(member, at)
        place = self.place(member)
        if place is None:
            raise Refused("not-waiting")
        self.places.remove(place)

    def advance(self, at: dt.datetime) -> None:
        """Free seats are offered to whoever waits longest."""
        for place in self.places[: self.free(at)]:
            self.places.remove(place)
            person = self.person(place.member)
            if not person.is_banned(at) and not person.covering(at):
                self._offer(place.member, place.kind, place.inviter, at, turn=True)

    # ------------------------------------------------------------ in

    def _enter(
        self, member: str, kind: str, inviter: str | None, at: dt.datetime, now: dt.datetime
    ) -> None:
        """A seat of their own, or one nobody waits for; else the end of the list."""
        own = self.rules.seats is None or member in self.taken(now)
        if own or (self.free(now) > 0 and not self.places):
            self._use_up(member, at)
            self._admit(member, self._ground(kind, at), now)
            return
        if not self.rules.has_list:
            raise Refused("club-full")
        self._use_up(member, at)
        self.places.append(Place(member, kind, inviter))

    def _use_up(self, member: str, at: dt.datetime) -> None:
        """The offer is taken, and the place on the list too."""
        offer, place = self.person(member).offer(at), self.place(member)
        if offer is not None:
            offer.state = "taken"
        if place is not None:
            self.places.remove(place)

    def _ground(self, kind: str, at: dt.datetime) -> Ground:
        term = self.rules.applications if kind == "approval" else None
        until = None if term is None else days.plus(at, term, self.rules.zone)
        return Ground(kind, at, until, while_true=kind == "rule")

    def _admit(self, member: str, ground: Ground, now: dt.datetime) -> None:
        person = self.person(member)
        person.grounds.append(ground)
        if self.rules.seats is not None:
            due = person.ends_at(now if ground.covers(now) else ground.since)
            if due is None or due > now:
                self.seats[member] = due

    def let_in(self, member: str, until: dt.datetime | None, at: dt.datetime) -> bool:
        """Staff do, over whoever waits; whether that was news."""
        person = self.person(member)
        if person.is_banned(at):
            raise Refused("cannot-be-invited")
        if any(one.kind == "staff" for one in person.covering(at)):
            return False
        has_seat = self.rules.seats is None or member in self.taken(at)
        if not has_seat and not self.free(at):
            raise Refused("no-free-seat")
        self._use_up(member, at)
        self._admit(member, Ground("staff", at, until), at)
        return True

    def apply(self, member: str, at: dt.datetime) -> bool:
        """They ask to be let in; whether that was news."""
        self._must_know(member, at)
        person = self.person(member)
        if person.covering(at):
            raise Refused("already-in-club")
        if self.rules.applications is None:
            raise Refused("entry-not-offered")
        if "open" in person.applications:
            return False
        person.applications.append("open")
        return True

    def decide(self, member: str, number: int, state: str, at: dt.datetime) -> bool:
        """Their application is approved or rejected, by staff; whether that was news."""
        person = self.person(member)
        was = person.applications[number]
        if was == state:
            return False
        if was != "open":
            raise Refused("application-decided-otherwise")
        if state == "approved" and not person.covering(at):
            self._enter(member, "approval", None, at, at)
        person.applications[number] = state
        return True
