"""`clubs`: closed circles of members; who gets in, for how long, and what they share."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Final

from service.kernel.calendar import Duration, Unit
from service.rules.check import described, households, leaves
from service.rules.check.conditions import condition
from service.rules.check.cursor import Cursor, Fields
from service.rules.check.scope import Scope
from service.rules.clubs import (
    Application,
    ByRule,
    Club,
    ClubPool,
    Entry,
    Invitation,
    Mode,
    Paid,
)
from service.rules.conditions import All
from service.rules.source import Leaf

KEYS: Final = (
    *(*described.KEYS, "visible", "enter", "seats", "waiting_list", "offer_for"),
    *("invitations_per_member", "pause_max", "wallets", "draw"),
)
WAYS: Final = ("invitation", "application", "rule", "paid")
OPEN_WAYS: Final = ("invitation", "application")
ENTRY_KEYS: Final = (*WAYS, "mode", "lasts", "term")
WHILE_TRUE: Final = "while_true"
CLUBS_MAX: Final = 200
SEATS_MAX: Final = 1_000_000
INVITATIONS_MAX: Final = 1000
OFFER_FOR: Final = Duration(72, Unit.HOUR)  # how long an offer stands, unless the file says


def clubs(at: Cursor, scope: Scope, numbers: Mapping[str, int]) -> tuple[Club, ...]:
    """All clubs in the order of the file; `numbers` by `club:<id>`."""
    if at.node is None:
        return ()
    children = list(at.children("a mapping of clubs"))
    if len(children) > CLUBS_MAX:
        at.fail(f"{len(children)} clubs, at most {CLUBS_MAX} are allowed")
    return tuple(_club(child, scope, numbers) for child in children[:CLUBS_MAX])


def _club(at: Cursor, scope: Scope, numbers: Mapping[str, int]) -> Club:
    name = leaves.ident_key(at)
    at = at.named(f"club '{name}'")
    fields = at.fields(KEYS)
    entries = _entries(fields.need("enter"), scope)
    invited = any(isinstance(one, Invitation) for one in entries)
    others = leaves.whole(fields["invitations_per_member"], 0, INVITATIONS_MAX) or 0
    if others and not invited:
        fields["invitations_per_member"].fail_key(
            "members invite only where 'enter' has invitation"
        )
    waiting = leaves.flag(fields["waiting_list"]) or False
    if waiting and "seats" not in fields:
        fields["waiting_list"].fail_key("nobody waits where there is no end of seats: say 'seats'")
    club = Club(
        at=at.path,
        id=name,
        number=numbers.get(f"club:{name}", 0),
        visible=leaves.flag(fields["visible"]) or False,
        enter=entries,
        seats=leaves.whole(fields["seats"], 1, SEATS_MAX),
        waiting_list=waiting,
        offer_for=leaves.duration(fields["offer_for"]) or OFFER_FOR,
        invitations_per_member=others,
        pause_max=leaves.duration(fields["pause_max"]),
        pool=_pool(fields, scope),
    )
    return described.described(club, fields)


def _pool(fields: Fields, scope: Scope) -> ClubPool | None:
    if "wallets" not in fields:
        fields["draw"].fail_key("'draw' goes with 'wallets'")
        return None
    pooled = households.pooled(fields["wallets"], scope.wallets)
    return ClubPool(tuple(pooled), households.draw(fields["draw"], pooled))


def _entries(at: Cursor, scope: Scope) -> tuple[Entry, ...]:
    found: dict[type[Entry], Entry] = {}
    for item in at.items("a list of ways to get in", least=1, most=len(WAYS)):
        entry = _entry(item, scope)
        if entry is not None and type(entry) in found:
            item.fail("there is such a way to get in already")
        elif entry is not None:
            found[type(entry)] = entry
    return tuple(found.values())


def _entry(at: Cursor, scope: Scope) -> Entry | None:
    """`invitation`, or a mapping with the way as a key."""
    if isinstance(at.node, Leaf):
        word = leaves.choice(at, OPEN_WAYS, "way to get in")
        return None if word is None else _OPEN[word](None)
    fields = at.fields(ENTRY_KEYS)
    way = fields.only(WAYS)
    for key in ("mode", "lasts"):
        if way is not None and way != "rule":
            fields[key].fail_key(f"'{key}' goes with 'rule'")
    term = leaves.duration(fields["term"])
    if way == "rule":
        return _by_rule(fields, scope, term)
    if way == "paid":
        minor = leaves.above_zero(fields["paid"], scope.currency)
        fields.need("term")
        return Paid(minor or 1, term or OFFER_FOR)
    if way is None:
        return None
    given = fields[way]
    if not isinstance(given.node, Leaf) or given.node.text:
        given.fail(f"there is nothing to say after '{way}:'")
    return _OPEN[way](term)


def _by_rule(fields: Fields, scope: Scope, term: Duration | None) -> ByRule:
    mode = leaves.choice(fields["mode"], tuple(Mode))
    lasts = leaves.choice(fields["lasts"], (WHILE_TRUE,))
    if lasts is not None and "term" in fields:
        fields["lasts"].fail_key("it lasts while it is true, or for a 'term'")
    lasting = dataclasses.replace(scope, without_purchase=True, at_any_time=True)
    at = fields["rule"]
    when = condition(at, lasting)
    return ByRule(
        at=at.path,
        when=All(at.path, ()) if when is None else when,
        mode=Mode(mode) if mode else Mode.OFFER,
        term=term,
    )


_OPEN: Final[dict[str, Callable[[Duration | None], Entry]]] = {
    "invitation": Invitation,
    "application": Application,
}
