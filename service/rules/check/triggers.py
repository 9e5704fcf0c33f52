"""`trigger` of a rule: what makes it be asked, a purchase unless the file says otherwise."""

from collections.abc import Callable
from typing import Final

from service.rules.check import leaves
from service.rules.check.cursor import Cursor, Fields
from service.rules.check.scope import Scope
from service.rules.source import Leaf
from service.rules.triggers import PURCHASE, Direction, On, Trigger

PLAIN: Final = (On.PURCHASE, On.RETURN, On.ENROL, On.BIRTHDAY, On.ANNIVERSARY)
ABOUT: Final = tuple(on for on in On if on not in PLAIN)  # they say what they are of
MORE: Final = {On.TIER_CHANGE: ("to", "direction"), On.POINTS_EXPIRING: ("before",)}
KEYS: Final = (*ABOUT, "to", "direction", "before")


def trigger(at: Cursor, scope: Scope) -> Trigger:
    """A word, or `{activity: review-written}` and the like."""
    if at.node is None:
        return PURCHASE
    if isinstance(at.node, Leaf):
        return _plain(at)
    fields = at.fields(KEYS)
    word = fields.only(ABOUT)
    if word is None:
        return PURCHASE
    on = On(word)
    for key in ("to", "direction", "before"):
        if key not in MORE.get(on, ()):
            fields[key].fail_key(f"'{key}' does not go with '{on}'")
    of = _READERS[on](fields[on], scope) or ""
    direction = leaves.choice(fields["direction"], tuple(Direction))
    before = fields.need("before") if on is On.POINTS_EXPIRING else fields["before"]
    return Trigger(
        on=on,
        of=of,
        to=_tier(fields, of, scope),
        direction=Direction(direction) if direction else None,
        before=leaves.duration(before),
    )


def _plain(at: Cursor) -> Trigger:
    word = leaves.text(at)
    if word in ABOUT:
        at.fail(f"say what it is of: '{{{word}: …}}'")
    elif word is not None and word not in PLAIN:
        at.unknown_value("trigger", word, tuple(On))
    elif word is not None and word != On.PURCHASE:
        return Trigger(on=On(word))
    return PURCHASE


def _tier(fields: Fields, ladder: str, scope: Scope) -> str | None:
    known = scope.ladders.get(ladder)
    if known is None:
        return None
    return leaves.choice(fields["to"], [tier.id for tier in known.tiers], "tier")


def _ladder(at: Cursor, scope: Scope) -> str | None:
    return leaves.choice(at, scope.ladders, "ladder")


def _club(at: Cursor, scope: Scope) -> str | None:
    return leaves.choice(at, scope.clubs, "club")


def _segment(at: Cursor, scope: Scope) -> str | None:
    return leaves.choice(at, scope.segments, "segment")


def _wallet(at: Cursor, scope: Scope) -> str | None:
    name = leaves.choice(at, scope.wallets, "wallet")
    if name in scope.wallets and name not in scope.spendable():
        at.fail(f"units of '{name}' count towards tiers and never lapse")
    return name


_READERS: Final[dict[On, Callable[[Cursor, Scope], str | None]]] = {
    On.ACTIVITY: lambda at, _: leaves.activity(at),
    On.TIER_CHANGE: _ladder,
    On.CLUB_JOIN: _club,
    On.CLUB_LEAVE: _club,
    On.SEGMENT_ENTER: _segment,
    On.SEGMENT_LEAVE: _segment,
    On.POINTS_EXPIRING: _wallet,
}
