"""`expires`: never, after a time, on days of the year, or after a time without activity."""

from typing import Final

from service.rules.check import leaves
from service.rules.check.cursor import Cursor, Fields
from service.rules.document import Ladder
from service.rules.expiry import Expiry, ExpiryKind, RoundTo
from service.rules.source import Leaf

MODELS: Final = ("after", "dates", "inactivity")
KEYS: Final = (*MODELS, "round_to")
DATES_MAX: Final = 24


def expiry(at: Cursor, *, inactivity: bool = True) -> Expiry:
    """One model; nothing written is never. `inactivity` False refuses that model."""
    if _is_never(at):
        return Expiry()
    fields = at.fields(KEYS)
    fields.only(MODELS)
    if not inactivity:
        fields["inactivity"].fail_key("only a wallet as a whole can expire by inactivity")
    return _model(fields)


def of_wallet(at: Cursor) -> tuple[Expiry, Cursor]:
    """A wallet's model, and the cursor on its `per_tier`."""
    if _is_never(at):
        return Expiry(), Cursor(at.log)
    fields = at.fields((*KEYS, "per_tier"))
    if "per_tier" not in fields or any(model in fields for model in MODELS):
        fields.only(MODELS)
    return _model(fields), fields["per_tier"]


def by_tier(at: Cursor, ladders: dict[str, Ladder]) -> tuple[tuple[str, str, Expiry], ...]:
    """`{main: {gold: {after: 24 months}}}` as (ladder, tier, expiry), in the order of the file."""
    found = []
    for ladder_at in at.children("a mapping of ladders"):
        name = ladder_at.key.text if ladder_at.key else ""
        if name not in ladders:
            ladder_at.unknown_key("ladder", ladders)
            continue
        tiers = [tier.id for tier in ladders[name].tiers]
        for tier_at in ladder_at.children("a mapping of tiers"):
            tier = tier_at.key.text if tier_at.key else ""
            if tier not in tiers:
                tier_at.unknown_key("tier", tiers)
            found.append((name, tier, expiry(tier_at)))
    return tuple(found)


def _is_never(at: Cursor) -> bool:
    if at.node is None:
        return True
    if isinstance(at.node, Leaf):
        if at.node.value != "never":
            at.expected("'never' or a mapping such as {after: 12 months}")
        return True
    return False


def _model(fields: Fields) -> Expiry:
    round_to = leaves.choice(fields["round_to"], tuple(RoundTo))
    if "after" not in fields:
        fields["round_to"].fail_key("only 'after' can be rounded")
    if "after" in fields:
        after = leaves.duration(fields["after"])
        rounding = None if round_to is None else RoundTo(round_to)
        return Expiry(ExpiryKind.AFTER, after, rounding)
    if "inactivity" in fields:
        return Expiry(ExpiryKind.INACTIVITY, leaves.duration(fields["inactivity"]))
    if "dates" in fields:
        return Expiry(ExpiryKind.DATES, dates=_dates(fields["dates"]))
    return Expiry()


def _dates(at: Cursor) -> tuple[tuple[int, int], ...]:
    items = at.items("a list of days such as ['06-30', '12-31']", least=1, most=DATES_MAX)
    days = [leaves.month_day(item) for item in items]
    return tuple(sorted({day for day in days if day is not None}))
