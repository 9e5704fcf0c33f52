"""Members who are one person for a while, by definition: what each had is the one's, and goes back.

Whatever somebody had keeps a label of whose it was. Nobody is merged twice at a time.
"""

import datetime as dt
from typing import Any

from tests.oracle.people import Person
from tests.oracle.stays import Club


class Family:
    """Who is whom: `who(name)`."""

    def __init__(self) -> None:
        self.into: dict[str, str] = {}

    def who(self, name: str) -> str:
        """The one the name stands for."""
        return self.into.get(name, name)

    def is_single(self, name: str) -> bool:
        """Neither merged into anybody nor anybody into them."""
        return name not in self.into and name not in self.into.values()


def merge(club: Club, old: str, kept: str, at: dt.datetime) -> None:
    """All of the old one's is the other's: grounds and bans of both, one offer, place and seat."""
    before, person = club.person(old), club.person(kept)
    for pause in before.pauses:
        if pause.covers(at):
            pause.until = at
    _close_doubles(club, old, kept, at)
    for things in ("grounds", "pauses", "bans"):
        _pass(getattr(before, things), getattr(person, things), old)
    standing = [one for one in before.offers if one.stands(at)]
    before.offers = [one for one in before.offers if one not in standing]
    for offer in standing:
        offer.member = kept
    _pass(standing, person.offers, old)
    for place in club.places:
        if place.member == old:
            place.member, place.home = kept, old
    if person.is_banned(at):
        club.end_all(kept, at, "banned")
    club.told[kept] = club.told.get(kept, False) or club.told.get(old, False)
    club.told[old] = False
    _seat(club, (old, kept), at)


def unmerge(club: Club, old: str, kept: str, at: dt.datetime) -> None:
    """What has the label of the old one is theirs again; each who is in has a seat."""
    person, back = club.person(kept), club.person(old)
    was_in = bool(person.covering(at))
    for things in ("grounds", "pauses", "bans"):
        _pass_back(getattr(person, things), getattr(back, things), old)
    returned = [one for one in person.offers if one.home == old and one.stands(at)]
    for offer in returned:
        offer.member, offer.home = old, None
        person.offers.remove(offer)
        back.offers.append(offer)
    for place in club.places:
        if place.home == old:
            place.member, place.home = old, None
    if was_in and not person.covering(at):
        for pause in person.pauses:
            if pause.covers(at):
                pause.until = at
    club.told[old] = club.told.get(kept, False)
    _seat(club, (old, kept), at)


def _pass(things: list[Any], to: list[Any], home: str) -> None:
    for one in things:
        one.home = home
    to += things
    things[:] = []


def _pass_back(things: list[Any], to: list[Any], home: str) -> None:
    gone = [one for one in things if one.home == home]
    for one in gone:
        one.home = None
    things[:] = [one for one in things if one not in gone]
    to += gone


def _close_doubles(club: Club, old: str, kept: str, at: dt.datetime) -> None:
    both: tuple[Person, Person] = (club.person(old), club.person(kept))
    settled = any(one.covering(at) or one.is_banned(at) for one in both)
    offers = [one.offer(at) for one in both]
    offered = any(offers)
    if offers[0] is not None and (settled or offers[1] is not None):
        offers[0].state = "withdrawn"
    if offers[1] is not None and settled:
        offers[1].state = "withdrawn"
    places = [one for one in club.places if one.member in {old, kept}]
    for place in places if settled or offered else places[1:]:
        club.places.remove(place)
    for one in both:
        if settled:
            one.applications = ["withdrawn" if a == "open" else a for a in one.applications]


def _seat(club: Club, names: tuple[str, str], at: dt.datetime) -> None:
    if club.rules.seats is None:
        return
    for name in names:
        club.seats.pop(name, None)
        person = club.person(name)
        offer = person.offer(at)
        if person.covering(at):
            club.seats[name] = person.ends_at(at)
        elif offer is not None and offer.has_seat:
            club.seats[name] = offer.due
