"""The facts of one program: what a condition may ask for, of which type, with which values.

One table serves the check (types, did-you-mean), the JSON Schema and the documentation. `build`
adds what the program declares: its channels, stores, fields, ladders, clubs and segments.
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from service.rules.cart import LineKind
from service.rules.document import Field, FieldKind, Ladder, Store
from service.rules.units import AMOUNT_MAX

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LATER: Final = ("member.age", "cel")  # facts of later versions


class Kind(enum.StrEnum):
    """Types of facts. In canonical form money is minor units, a quantity thousandths."""

    TEXT = "text"
    CHOICE = "choice"
    BOOL = "bool"
    COUNT = "count"
    MONEY = "money"
    QUANTITY = "quantity"
    DATE = "date"
    TIME = "time"
    TIER = "tier"
    LINES = "lines"
    GROUPS = "groups"
    ANY = "any"


class Origin(enum.StrEnum):
    """Where the value comes from."""

    MEMBER = "the member, as known at the purchase"
    CART = "the purchase"
    CLOCK = "the instant of the purchase, in the program's time zone"
    HISTORY = "the member's earlier purchases, net of returns"
    LINE = "the line"
    ACTIVITY = "the member's activities"


class Info(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fact.

    `values`: the allowed ones, none given: any; tiers from the lowest to the highest.
    `least` and `most` bound a count.
    """

    name: str
    kind: Kind
    origin: Origin
    label: str
    values: tuple[str, ...] = ()
    least: int = 0
    most: int = AMOUNT_MAX


class Registry(msgspec.Struct, frozen=True):
    """`facts` by the name used in `when`; `line_fields` by the name used in `where`."""

    facts: dict[str, Info]
    line_fields: dict[str, Info]


BUILT_IN: Final = (
    Info("member.known", Kind.BOOL, Origin.MEMBER, "the purchase belongs to a member"),
    Info("member.is_birthday", Kind.BOOL, Origin.MEMBER, "today is the member's birthday"),
    Info("member.is_birthday_month", Kind.BOOL, Origin.MEMBER, "this is the month of birth"),
    Info("member.enrolled_days", Kind.COUNT, Origin.MEMBER, "whole days since enrolment"),
    Info("member.clubs", Kind.GROUPS, Origin.MEMBER, "clubs the member belongs to"),
    Info("member.segments", Kind.GROUPS, Origin.MEMBER, "segments the member belongs to now"),
    Info("cart.channel", Kind.TEXT, Origin.CART, "the sales channel"),
    Info("cart.store", Kind.TEXT, Origin.CART, "the store"),
    Info("cart.store_group", Kind.CHOICE, Origin.CART, "a group the store belongs to"),
    Info("cart.subtotal", Kind.MONEY, Origin.CART, "sum of the lines before our discounts"),
    Info("cart.total", Kind.MONEY, Origin.CART, "sum after all discounts, without shipping"),
    Info("cart.quantity", Kind.QUANTITY, Origin.CART, "sum of the quantities"),
    Info("cart.lines", Kind.COUNT, Origin.CART, "number of lines"),
    Info("now.weekday", Kind.CHOICE, Origin.CLOCK, "day of the week", values=WEEKDAYS),
    Info("now.time", Kind.TIME, Origin.CLOCK, "time of day, from (included) and to (excluded)"),
    Info("now.date", Kind.DATE, Origin.CLOCK, "local date"),
    Info("now.month", Kind.COUNT, Origin.CLOCK, "month, 1 to 12", least=1, most=12),
    Info("now.day", Kind.COUNT, Origin.CLOCK, "day of the month, 1 to 31", least=1, most=31),
    Info("lines", Kind.LINES, Origin.CART, "at least one line matches, with sums over those"),
    Info("history.spend", Kind.MONEY, Origin.HISTORY, "money paid within a time"),
    Info("history.purchases", Kind.COUNT, Origin.HISTORY, "number of purchases within a time"),
    Info("history.quantity", Kind.QUANTITY, Origin.HISTORY, "units bought within a time"),
    Info("activity.count", Kind.COUNT, Origin.ACTIVITY, "how often it was done within a time"),
)

BUILT_IN_LINE_FIELDS: Final = (
    Info("sku", Kind.TEXT, Origin.LINE, "the article"),
    Info("kind", Kind.CHOICE, Origin.LINE, "what the line is", values=tuple(LineKind)),
    Info("unit_price", Kind.MONEY, Origin.LINE, "price of one unit"),
    Info("amount", Kind.MONEY, Origin.LINE, "price of the whole line, after discounts given"),
    Info("quantity", Kind.QUANTITY, Origin.LINE, "units, or kilograms, of the line"),
)

MEMBER_NAMES: Final = frozenset(  # of ours, so no declared member field may be called so
    name.removeprefix("member.")
    for name in ("member.tier", *LATER, *(info.name for info in BUILT_IN))
    if name.startswith("member.")
)

_KIND_OF: Final = {
    FieldKind.TEXT: Kind.TEXT,
    FieldKind.BOOL: Kind.BOOL,
    FieldKind.NUMBER: Kind.COUNT,
    FieldKind.CHOICE: Kind.CHOICE,
}


def build(
    *,
    channels: Sequence[str],
    stores: Mapping[str, Store],
    line_fields: Mapping[str, Field],
    member_fields: Mapping[str, Field],
    ladders: Iterable[Ladder],
    clubs: Iterable[str] = (),
    segments: Iterable[str] = (),
) -> Registry:
    """The facts of a program with these declarations.

    A program without stores takes any text as a store. A store group must be declared.
    """
    groups = dict.fromkeys(group for store in stores.values() for group in store.groups)
    declared = {
        "cart.channel": tuple(channels),
        "cart.store": tuple(stores),
        "cart.store_group": tuple(groups),
        "member.clubs": tuple(clubs),
        "member.segments": tuple(segments),
    }
    fixed = [_with_values(info, declared.get(info.name, ())) for info in BUILT_IN]
    members = [_field(f"member.{n}", f, Origin.MEMBER) for n, f in member_fields.items()]
    tiers = [_tier(ladder) for ladder in ladders]
    lines = [_field(name, field, Origin.LINE) for name, field in line_fields.items()]
    return Registry(
        facts=_by_name([*fixed, *tiers, *members]),
        line_fields=_by_name([*BUILT_IN_LINE_FIELDS, *lines]),
    )


def _with_values(info: Info, values: tuple[str, ...]) -> Info:
    if not values:
        return info
    kind = Kind.GROUPS if info.kind is Kind.GROUPS else Kind.CHOICE
    return msgspec.structs.replace(info, kind=kind, values=values)


def _field(name: str, field: Field, origin: Origin) -> Info:
    least = -AMOUNT_MAX if field.kind is FieldKind.NUMBER else 0
    return Info(name, _KIND_OF[field.kind], origin, "declared field", field.values, least)


def _tier(ladder: Ladder) -> Info:
    label = f"tier on the ladder '{ladder.id}', before the purchase"
    values = tuple(tier.id for tier in ladder.tiers)
    return Info(f"member.tier.{ladder.id}", Kind.TIER, Origin.MEMBER, label, values)


def _by_name(infos: Iterable[Info]) -> dict[str, Info]:
    return {info.name: info for info in infos}
