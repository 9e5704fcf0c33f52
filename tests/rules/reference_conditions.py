"""Conditions of the rule language once more: plain functions of a scene."""

import datetime as dt
import math
import operator
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from service.rules.cart import Cart, CartLine
from service.rules.conditions import (
    Activities,
    All,
    AnyOf,
    Belonging,
    Condition,
    Fact,
    History,
    Lines,
    Not,
    TimeOfDay,
)
from service.rules.conditions.belonging import Circle
from service.rules.conditions.lines import Where
from service.rules.decision import Paid
from service.rules.document import Document, Ladder
from service.rules.facts import Facts, MemberFacts, Past
from service.rules.values import Scalar, Test

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass
class Scene:
    """One decision: what everything below looks at."""

    document: Document
    cart: Cart
    facts: Facts
    member: MemberFacts
    tenders: tuple[Paid, ...] = ()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.document.program.timezone)

    @property
    def local(self) -> dt.datetime:
        return self.facts.at.astimezone(self.zone)


def holds(scene: Scene, condition: Condition) -> bool:  # noqa: PLR0911
    match condition:
        case All():
            return all(holds(scene, part) for part in condition.of)
        case AnyOf():
            return any(holds(scene, part) for part in condition.of)
        case Not():
            return not holds(scene, condition.of)
        case Fact():
            return fact_holds(scene, condition)
        case TimeOfDay():
            minute = scene.local.hour * 60 + scene.local.minute
            if condition.since > condition.until:
                return minute >= condition.since or minute < condition.until
            return condition.since <= minute < condition.until
        case Lines():
            return lines_hold(scene, condition)
        case History():
            return passes(condition.test, history(scene, condition))
        case Belonging():
            mine = [name for name in condition.names() if belongs(scene, condition.to, name)]
            return (
                condition.has in (None, *mine)
                and (not condition.has_any or any(name in mine for name in condition.has_any))
                and not any(name in mine for name in condition.has_none)
            )
        case Activities():
            count = scene.facts.activities.get(condition.window.key(), 0)
            return passes(condition.test, count)


def belongs(scene: Scene, to: Circle, name: str) -> bool:
    if to is Circle.SEGMENTS:
        return any(holds(scene, one.when) for one in scene.document.segments if one.id == name)
    if name in scene.member.clubs:
        return True
    rules = [club.by_rule() for club in scene.document.clubs if club.id == name]
    return name in scene.member.clubs_while and any(
        rule is not None and holds(scene, rule.when) for rule in rules
    )


def passes(test: Test, value: Scalar | None) -> bool:
    if test.ne is not None and value == test.ne:
        return False
    if test.not_in and value in test.not_in:
        return False
    if test.eq is not None and value != test.eq:
        return False
    if test.is_in and value not in test.is_in:
        return False
    if value is None and orders(test):
        return False
    return all(
        isinstance(value, str) == isinstance(bound, str) and compare(value, bound)
        for compare, bound in orders(test)
    )


def orders(test: Test) -> list[tuple[Callable[[Any, Any], bool], Scalar]]:
    """The comparisons of order that were asked for."""
    pairs = (
        (operator.gt, test.gt),
        (operator.ge, test.gte),
        (operator.lt, test.lt),
        (operator.le, test.lte),
    )
    return [(compare, bound) for compare, bound in pairs if bound is not None]


def fact_holds(scene: Scene, condition: Fact) -> bool:
    name, test = condition.fact, condition.test
    if name.startswith("member.tier."):
        return tier_holds(scene, ladder_of(scene, name.split(".", 2)[2]), test)
    if name == "cart.store_group":
        return groups_hold(scene, test)
    if name.startswith("activity."):
        return attribute_holds(scene, name.removeprefix("activity."), test)
    return passes(test, fact(scene, name))


def attribute_holds(scene: Scene, name: str, test: Test) -> bool:
    occasion = scene.facts.occasion
    value = None if occasion is None else occasion.attributes.get(name)

    def same(wanted: Scalar) -> bool:
        return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)

    if test.eq is not None and not same(test.eq):
        return False
    if test.is_in and not any(map(same, test.is_in)):
        return False
    if any(map(same, test.not_in)) or (test.ne is not None and same(test.ne)):
        return False
    if orders(test) and isinstance(value, bool):
        return False
    return passes(Test(gt=test.gt, gte=test.gte, lt=test.lt, lte=test.lte), value)


def ladder_of(scene: Scene, name: str) -> Ladder:
    return next(ladder for ladder in scene.document.ladders if ladder.id == name)


def tier_of(scene: Scene, ladder: Ladder) -> str:
    ids = [tier.id for tier in ladder.tiers]
    tier = scene.member.tiers.get(ladder.id)
    return tier if tier in ids else ids[0]


def tier_holds(scene: Scene, ladder: Ladder, test: Test) -> bool:
    ids = [tier.id for tier in ladder.tiers]
    mine = tier_of(scene, ladder)
    rank = ids.index(mine)
    for compare, bound in orders(test):
        if not compare(rank, ids.index(str(bound))):
            return False
    return passes(Test(eq=test.eq, ne=test.ne, is_in=test.is_in, not_in=test.not_in), mine)


def groups_hold(scene: Scene, test: Test) -> bool:
    store = scene.document.stores.get(scene.cart.store or "")
    groups = store.groups if store else ()
    if test.ne is not None and test.ne in groups:
        return False
    if any(group in test.not_in for group in groups):
        return False
    if test.eq is not None and test.eq not in groups:
        return False
    return not test.is_in or any(group in test.is_in for group in groups)


def fact(scene: Scene, name: str) -> Scalar | None:
    cart, member, local = scene.cart, scene.member, scene.local
    known: dict[str, Scalar | None] = {
        "member.known": True,
        "member.is_birthday": member.is_birthday,
        "member.is_birthday_month": member.is_birthday_month,
        "member.enrolled_days": member.enrolled_days,
        "cart.channel": cart.channel,
        "cart.store": cart.store,
        "cart.subtotal": sum(line.amount - line.discount_given for line in cart.lines),
        "cart.total": money_of([line for line in cart.lines if line.kind != "shipping"]),
        "cart.quantity": sum(line.quantity for line in cart.lines),
        "cart.lines": len(cart.lines),
        "now.weekday": WEEKDAYS[local.weekday()],
        "now.date": local.strftime("%Y-%m-%d"),
        "now.month": local.month,
        "now.day": local.day,
    }
    return known[name] if name in known else member.fields.get(name.removeprefix("member."))


def paid(line: CartLine) -> int:
    return line.amount - line.discount_given - line.charged_off


def money_of(lines: list[CartLine]) -> int:
    return sum(paid(line) for line in lines)


def line_field(line: CartLine, name: str) -> Scalar | None:
    if name.startswith("attributes."):
        return line.attributes.get(name.removeprefix("attributes."))
    known: dict[str, Scalar | None] = {
        "sku": line.sku,
        "category": line.category,
        "brand": line.brand,
        "kind": str(line.kind),
        "unit_price": math.floor(Fraction(line.amount * 1000, line.quantity)),
        "amount": paid(line),
        "quantity": line.quantity,
    }
    return known[name]


def matches(line: CartLine, where: Where) -> bool:
    return all(passes(test.test, line_field(line, test.field)) for test in where)


def lines_hold(scene: Scene, condition: Lines) -> bool:
    found = [line for line in scene.cart.lines if matches(line, condition.where)]
    return (
        len(found) > 0
        and (condition.amount is None or passes(condition.amount, money_of(found)))
        and (
            condition.quantity is None
            or passes(condition.quantity, sum(line.quantity for line in found))
        )
    )


def history(scene: Scene, condition: History) -> int:
    window, cart = condition.window, scene.cart
    past = scene.facts.history.get(window.key(), Past())
    lines = [
        line for line in cart.lines if window.category is None or line.category == window.category
    ]
    counts = (
        condition.including_this
        and lines
        and window.channel in (None, cart.channel)
        and window.store in (None, cart.store)
    )
    this = {
        "spend": money_of([line for line in lines if line.kind != "shipping"]),
        "purchases": 1,
        "quantity": sum(line.quantity for line in lines),
    }
    name = condition.metric.value
    return int(getattr(past, name)) + (this[name] if counts else 0)
