"""`discount`: a percentage or an amount off, another price for each unit, or units for nothing."""

from typing import Final

from service.rules.check import leaves
from service.rules.check.cursor import Cursor, Fields
from service.rules.check.scope import Scope
from service.rules.check.where import where
from service.rules.decision import Target
from service.rules.effects import Bundle, Discount

WAYS: Final = ("percent", "amount", "unit_price", "buy", "free")
KEYS: Final = (
    *(*WAYS, "pay", "of", "on"),
    *("where", "max", "exclusive_group", "stackable"),
)
UNITS_MAX: Final = 1000  # of one bundle
_OF_ANYTHING: Final = ("percent", "amount")  # the others are prices of single units


def discount(at: Cursor, scope: Scope) -> Discount:
    """The discount written here; without `on` one of the whole cart if it names no lines."""
    fields = at.fields(KEYS)
    way = _way(fields)
    if way == "amount":
        fields["max"].fail_key("an amount is its own maximum: leave out 'max'")
    return Discount(
        at=at.path,
        on=_target(fields, way),
        percent=leaves.percent(fields["percent"]),
        amount=leaves.above_zero(fields["amount"], scope.currency),
        unit_price=leaves.above_zero(fields["unit_price"], scope.currency),
        bundle=_bundle(fields, way, scope),
        most=leaves.above_zero(fields["max"], scope.currency),
        where=where(fields["where"], scope.registry.line_fields, scope.currency),
        exclusive_group=leaves.ident(fields["exclusive_group"]),
        stackable=leaves.flag(fields["stackable"]) is not False,
    )


def _way(fields: Fields) -> str | None:
    if [word for word in WAYS if word in fields] == ["buy", "free"]:
        return "buy"
    return fields.only(WAYS)


def _target(fields: Fields, way: str | None) -> Target:
    anything = way in _OF_ANYTHING
    word = leaves.choice(fields["on"], tuple(Target))
    if word is None:
        return Target.ORDER if anything and "where" not in fields else Target.ITEMS
    if way is not None and not anything and word != Target.ITEMS:
        fields["on"].fail(f"only 'percent' and 'amount' can be taken off '{word}'")
    return Target(word)


def _bundle(fields: Fields, way: str | None, scope: Scope) -> Bundle | None:
    if way == "buy":
        return _bought(fields, scope)
    for word in ("pay", "of"):
        fields[word].fail_key(f"'{word}' goes with 'buy'")
    free = leaves.whole(fields["free"], 1, UNITS_MAX)
    return None if way != "free" or free is None else Bundle(buy=0, free=free)


def _bought(fields: Fields, scope: Scope) -> Bundle:
    how = fields.only(("pay", "free"))
    buy = leaves.whole(fields["buy"], 1, UNITS_MAX) or 1
    if how == "pay":
        fields["of"].fail_key("'of' goes with 'free', not with 'pay'")
        pay = leaves.whole(fields["pay"], 1, UNITS_MAX) or 1
        if pay >= buy:
            fields["pay"].expected(f"less than 'buy', {buy}")
        return Bundle(buy, buy - pay)
    if how == "free" and "of" not in fields:
        fields.cursor.fail(
            "'free' beside 'buy' needs 'of', the lines that are free; "
            "to give the cheapest of those bought write {buy: 3, pay: 2}"
        )
    free = leaves.whole(fields["free"], 1, UNITS_MAX) or 1
    return Bundle(buy, free, where(fields["of"], scope.registry.line_fields, scope.currency))
