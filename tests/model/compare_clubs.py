"""What the service says of members and clubs against the oracle."""

import datetime as dt
from typing import Any

from service.domain.clubs.views import ClubView, MembersClubs, MembershipView
from tests.model.compare import same
from tests.oracle.stays import Club


def member(life: Any, name: str, view: MembersClubs) -> None:
    """What the member is in, offered, waits for and has asked for."""
    now = life.now
    circles = life.circles
    holds = life.spending.after(name, now)
    ins = [club for club, one in circles.items() if one.is_in(name, now, holds=holds)]
    same([one.club for one in view.clubs], ins, name, "is in")
    for one in view.clubs:
        _membership(circles[one.club], name, one, now)
    offers = {
        club: (offer.kind, offer.due, offer.has_seat or circle.rules.seats is None)
        for club, circle in circles.items()
        if (offer := circle.person(name).offer(now)) is not None
    }
    found = {one.club: (one.kind, one.until, one.seat_kept) for one in view.offers}
    same(found, offers, name, "is offered")
    places = {club: c.ahead(name) for club, c in circles.items() if c.place(name) is not None}
    same({one.club: one.ahead for one in view.waiting}, places, name, "waits")
    asked = [club for club, one in circles.items() if "open" in one.person(name).applications]
    same([one.club for one in view.applications], asked, name, "has asked")


def _membership(circle: Club, name: str, view: MembershipView, now: dt.datetime) -> None:
    person = circle.person(name)
    grounds, pause = person.covering(now), person.pause(now)
    found: dict[str, object] = {
        "grounds": set(view.grounds),
        "until": view.until,
        "renews": view.renews,
        "paused": view.paused,
        "paused until": view.paused_until,
        "seat": view.seat is not None,
    }
    expected: dict[str, object] = {
        "grounds": {one.kind for one in grounds},
        "until": person.ends_at(now),
        "renews": all(one.renews for one in grounds),
        "paused": pause is not None,
        "paused until": None if pause is None else pause.until,
        "seat": circle.rules.seats is not None,
    }
    same(found, expected, name, circle.rules.id)
    if circle.rules.invites:
        left = max(0, circle.rules.invitations - circle.spent(name, now))
        same(view.invitations_left, left, name, "may invite")


def club(circle: Club, view: ClubView, now: dt.datetime) -> None:
    """Seats and the list."""
    left = None if circle.rules.seats is None else circle.free(now)
    same(view.seats_left, left, circle.rules.id, "seats left")
    same(view.waiting or 0, len(circle.places), circle.rules.id, "waiting")
