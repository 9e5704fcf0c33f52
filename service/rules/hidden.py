"""What of a program mentions clubs that somebody must not know of."""

from collections.abc import Collection, Iterator
from typing import Final

import msgspec

from service.rules.conditions.belonging import Belonging, Circle
from service.rules.conditions.logic import Condition, leaves
from service.rules.document import Document, Rule
from service.rules.effects import InviteToClub
from service.rules.triggers import On

REMEMBERED_MAX: Final = 1024  # sets of clubs whose answers a program keeps
_OF_CLUBS: Final = frozenset({On.CLUB_JOIN, On.CLUB_LEAVE})
_OF_SEGMENTS: Final = frozenset({On.SEGMENT_ENTER, On.SEGMENT_LEAVE})


class Hidden(msgspec.Struct, frozen=True, kw_only=True):
    """Ids, by what they are of. A campaign is hidden when all of its rules are."""

    clubs: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    campaigns: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    coupons: frozenset[str] = frozenset()
    rewards: frozenset[str] = frozenset()


NOTHING: Final = Hidden()


class Hiding:
    """Answers for one program; what it has found it keeps."""

    __slots__ = ("_closed", "_document", "_known")

    def __init__(self, document: Document) -> None:
        self._document = document
        self._closed = frozenset(club.id for club in document.clubs if not club.visible)
        self._known: dict[frozenset[str], Hidden] = {frozenset(): NOTHING}

    def hidden(self, clubs: Collection[str]) -> Hidden:
        """What is hidden from somebody who belongs to these clubs."""
        closed = self._closed.difference(clubs)
        found = self._known.get(closed)
        if found is None:
            found = _find(self._document, closed)
            if len(self._known) < REMEMBERED_MAX:
                self._known[closed] = found
        return found


def _find(of: Document, clubs: frozenset[str]) -> Hidden:
    segments = _segments(of, clubs)

    def told(when: Condition | None) -> bool:
        return when is not None and any(_mentions(when, clubs, segments))

    rules = frozenset(
        rule.id
        for campaign in of.campaigns
        for rule in campaign.rules
        if told(rule.when) or _acts_on(rule, clubs, segments)
    )
    return Hidden(
        clubs=clubs,
        segments=segments,
        campaigns=frozenset(
            campaign.id
            for campaign in of.campaigns
            if campaign.rules and all(rule.id in rules for rule in campaign.rules)
        ),
        rules=rules,
        coupons=frozenset(one.id for one in of.coupons if told(one.when)),
        rewards=frozenset(one.id for one in of.rewards if told(one.when)),
    )


def _segments(of: Document, clubs: frozenset[str]) -> frozenset[str]:
    """Segments that mention one of the clubs, or such a segment."""
    found: frozenset[str] = frozenset()
    while True:
        more = frozenset(one.id for one in of.segments if any(_mentions(one.when, clubs, found)))
        if more == found:
            return found
        found = more


def _mentions(when: Condition, clubs: frozenset[str], segments: frozenset[str]) -> Iterator[bool]:
    for test in leaves(when):
        if isinstance(test, Belonging):
            closed = clubs if test.to is Circle.CLUBS else segments
            yield not closed.isdisjoint(test.names())


def _acts_on(rule: Rule, clubs: frozenset[str], segments: frozenset[str]) -> bool:
    """It is asked because of one of them, or invites into one."""
    trigger = rule.trigger
    if trigger.on in _OF_CLUBS and trigger.of in clubs:
        return True
    if trigger.on in _OF_SEGMENTS and trigger.of in segments:
        return True
    return any(isinstance(one, InviteToClub) and one.club in clubs for one in rule.then)
