"""Small programs, carts and facts for tests, with everything that does not matter filled in."""

import datetime as dt

import msgspec

from service.kernel.calendar import Duration, Unit
from service.rules.cart import Cart, CartLine
from service.rules.case import Case
from service.rules.compile import Program, compile_program
from service.rules.conditions import Condition, LineTest
from service.rules.conditions.lines import Where
from service.rules.decision import Target
from service.rules.document import (
    Budget,
    Campaign,
    CouponTemplate,
    DiscountCap,
    Document,
    Field,
    FieldKind,
    Head,
    Ladder,
    Limit,
    Qualify,
    QualifyBy,
    Redeem,
    Rule,
    Store,
    Taxed,
    Tier,
    Wallet,
    WithinKind,
)
from service.rules.effects import Discount, Effect, GiveCoupon, Multiply, Points, SetTier
from service.rules.facts import Facts, MemberFacts, Paying, Presented, Unusable
from service.rules.values import Test

AT = dt.datetime(2026, 11, 24, 8, 40, tzinfo=dt.UTC)  # a Tuesday, 09:40 in Warsaw
DAYS_30 = Duration(30, Unit.DAY)
POINTS = Wallet(id="points", number=1)
STATUS = Wallet(id="status", number=2, qualifying=True)
CASHBACK = Wallet(id="cashback", number=3, scale=2)
LADDER = Ladder(
    id="main",
    number=1,
    qualify=Qualify(by=QualifyBy.SPEND, within=WithinKind.LIFETIME),
    tiers=(
        Tier(id="bronze", threshold=0),
        Tier(id="silver", threshold=500),
        Tier(id="gold", threshold=2000),
    ),
)


def document(
    *campaigns: Campaign,
    wallets: tuple[Wallet, ...] = (POINTS, STATUS),
    prices: Taxed = Taxed.GROSS,
    earns_on: Taxed = Taxed.GROSS,
    no_earning: tuple[Where, ...] = (),
    coupons: tuple[CouponTemplate, ...] = (),
    discount_caps: tuple[DiscountCap, ...] = (),
) -> Document:
    """A program in Warsaw with two stores, a ladder and these campaigns."""
    return Document(
        program=Head(
            id="coffee",
            timezone="Europe/Warsaw",
            currency="EUR",
            prices=prices,
            earns_on=earns_on,
            no_earning=no_earning,
            discount_caps=discount_caps,
            backdate_max=DAYS_30,
            claim_max=DAYS_30,
        ),
        channels=("web", "app", "pos"),
        stores={"waw-01": Store(("warsaw",)), "waw-02": Store(("warsaw", "airport"))},
        identifiers=("card",),
        member_fields={
            "newsletter": Field(FieldKind.BOOL),
            "children": Field(FieldKind.NUMBER),
        },
        wallets=wallets,
        ladders=(LADDER,),
        campaigns=campaigns,
        coupons=coupons,
    )


def program(*campaigns: Campaign, **head: object) -> Program:
    """The document of the same arguments, compiled as version 1."""
    return compile_program(document(*campaigns, **head), 1, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))  # type: ignore[arg-type]


def campaign(*rules: Rule, name: str = "base", budget: Budget | None = None) -> Campaign:
    """A campaign without dates."""
    return Campaign(at="$.campaigns[0]", id=name, budget=budget, rules=rules)


def rule(
    name: str,
    *then: Effect,
    when: Condition | None = None,
    priority: int = 0,
    limit: Limit | None = None,
) -> Rule:
    """A rule of these effects."""
    return Rule(at="$.rules[0]", id=name, priority=priority, when=when, limit=limit, then=then)


def by(field: str, value: str) -> Where:
    """Lines whose field has this value."""
    return (LineTest(field, Test(eq=value)),)


def per_euro(award: int = 1, wallet: str = "points", where: Where = ()) -> Points:
    """So many units for each euro."""
    return Points(at="$", wallet=wallet, per_amount=(award, 100), where=where)


def fixed(units: int, wallet: str = "points", where: Where = ()) -> Points:
    """Units given once."""
    return Points(at="$", wallet=wallet, fixed=units, where=where)


def times(
    by: int, over: int = 1, where: Where = (), wallets: tuple[str, ...] = ("points",)
) -> Multiply:
    """A multiplier by/over."""
    return Multiply(at="$", by=(by, over), wallets=wallets, where=where)


def percent(share: int, where: Where = (), on: Target = Target.ITEMS, **more: object) -> Discount:
    """So many percent off."""
    return discount(percent=(share, 100), where=where, on=on, **more)


def amount(minor: int, where: Where = (), on: Target = Target.ITEMS, **more: object) -> Discount:
    """An amount off."""
    return discount(amount=minor, where=where, on=on, **more)


def discount(**given: object) -> Discount:
    """A discount."""
    return Discount(**({"at": "$"} | given))  # type: ignore[arg-type]


def template(name: str, **gives: object) -> CouponTemplate:
    """A coupon template that anybody can use."""
    return CouponTemplate(**({"at": "$", "id": name} | gives))  # type: ignore[arg-type]


def shows(
    *templates: str | None, why: Unusable | None = None, forced: bool = False
) -> tuple[Presented, ...]:
    """Coupons of these templates, presented."""
    return tuple(
        Presented(shown=name or "?", template=name, why=why, forced=forced) for name in templates
    )


def pays(units: int, available: int = 10**9, wallet: str = "points", **more: object) -> Paying:
    """Units to pay with."""
    return Paying(wallet=wallet, units=units, available=available, **more)  # type: ignore[arg-type]


def paying(wallet: Wallet = POINTS, **terms: object) -> Wallet:
    """The wallet with units that pay, 100 for a euro."""
    redeem = Redeem(**({"units": 1, "minor": 1, "grace": DAYS_30} | terms))  # type: ignore[arg-type]
    return msgspec.structs.replace(wallet, redeem=redeem)


def gives(name: str) -> GiveCoupon:
    """A coupon of the template into the member's list."""
    return GiveCoupon(at="$", template=name)


def lift(tier: str, lasts: Duration | None = None) -> SetTier:
    """A floor under the tier."""
    return SetTier(at="$", ladder="main", tier=tier, lasts=lasts)


def line(amount: int, **fields: object) -> CartLine:
    """One unit of a line of this amount."""
    return CartLine(**({"sku": "sku", "quantity": 1000, "amount": amount} | fields))  # type: ignore[arg-type]


def cart(*lines: CartLine, channel: str = "web", store: str | None = "waw-01") -> Cart:
    """A cart of these lines."""
    return Cart(channel=channel, store=store, currency="EUR", lines=lines)


def facts(member: MemberFacts | None = None, **known: object) -> Facts:
    """Facts of a member about whom nothing is known, unless he is given."""
    return Facts(**({"at": AT, "member": member or MemberFacts()} | known))  # type: ignore[arg-type]


def gold() -> MemberFacts:
    """A gold member."""
    return MemberFacts(tiers={"main": "gold"})


def case(bought: Cart, seen: Facts | None = None, of: Program | None = None) -> Case:
    """The case of a cart in a program without rules, unless they are given."""
    known = seen or facts()
    assert known.member is not None
    return Case(bought, known, known.member, (of or program()).terms)
