"""Random programs, carts and facts from a small world, so that rules meet lines often."""

from hypothesis import strategies as st

from service.kernel.calendar import Duration, Unit
from service.rules.cart import Cart, CartLine, LineKind
from service.rules.clubs import ByRule, Club, Invitation
from service.rules.document import (
    Campaign,
    CouponTemplate,
    Document,
    Field,
    FieldKind,
    Head,
    Ladder,
    Qualify,
    QualifyBy,
    Rule,
    Store,
    Taxed,
    Tier,
    Wallet,
    WithinKind,
)
from service.rules.effects import Effect
from service.rules.facts import Facts, MemberFacts, Past, Paying, Presented, Unusable
from service.rules.segments import Segment
from service.rules.triggers import Direction, Occasion, On, Trigger
from tests.rules.strategies_conditions import (
    ABOUT_MEMBERS,
    BRANDS,
    CAMPAIGNS,
    CATEGORIES,
    CHANNELS,
    CLUBS,
    CONDITIONS,
    DONE,
    GROUPS,
    INSTANTS,
    OCCASIONAL,
    SKUS,
    SOME_WHERES,
    STORES,
    TIERS,
    WALLETS,
    WINDOWS,
    WITH_CLUBS,
)
from tests.rules.strategies_effects import (
    BUDGETS,
    CAPS,
    CHECKOUT_EFFECTS,
    DURATIONS,
    EARLY,
    EFFECTS,
    EXPIRIES,
    LIMITS,
    OCCASIONAL_EFFECTS,
    REDEEMS,
    TEMPLATES,
    templates,
)

__all__ = ["CARTS", "INSTANTS", "OCCASIONS", "documents", "facts"]

TRIGGERS = (
    Trigger(on=On.ENROL),
    Trigger(on=On.TIER_CHANGE, of="main"),
    Trigger(on=On.TIER_CHANGE, of="main", to="gold"),
    Trigger(on=On.TIER_CHANGE, of="main", direction=Direction.DOWN),
    Trigger(on=On.POINTS_EXPIRING, of="points", before=Duration(14, Unit.DAY)),
)
OCCASIONS = st.builds(
    lambda trigger, at, tier, direction: Occasion(
        on=trigger.on,
        of=trigger.of,
        before=trigger.before,
        at=at,
        ref="once",
        attributes={"now": tier, "direction": str(direction)},
    ),
    st.sampled_from(TRIGGERS),
    st.sampled_from(INSTANTS),
    st.sampled_from(TIERS),
    st.sampled_from(Direction),
)


@st.composite
def occasional(draw: st.DrawFn, name: str) -> Rule:
    """A rule that is not asked of purchases."""
    return Rule(
        at="$",
        id=name,
        priority=draw(st.integers(-1, 1)),
        trigger=draw(st.sampled_from(TRIGGERS)),
        when=draw(st.none() | OCCASIONAL),
        limit=draw(st.none() | LIMITS),
        then=tuple(draw(st.lists(OCCASIONAL_EFFECTS, min_size=1, max_size=3))),
    )


@st.composite
def campaigns(
    draw: st.DrawFn,
    name: str,
    effects: st.SearchStrategy[Effect] = EFFECTS,
    *,
    triggered: bool = False,
) -> Campaign:
    rules = tuple(
        Rule(
            at="$",
            id=f"{draw(st.sampled_from('abcdefgh'))}-{name}-{n}",
            priority=draw(st.integers(-1, 1)),
            when=draw(st.one_of(st.none(), st.none(), CONDITIONS)),
            limit=draw(st.none() | LIMITS),
            then=tuple(draw(st.lists(effects, min_size=1, max_size=3))),
        )
        for n in range(draw(st.integers(1, 6)))
    )
    return Campaign(
        at="$",
        id=name,
        from_at=draw(st.sampled_from((None, None, *INSTANTS[:4]))),
        until_at=draw(st.sampled_from((None, None, *INSTANTS[3:]))),
        budget=draw(st.none() | BUDGETS),
        early_access=draw(EARLY),
        rules=rules
        + ((draw(occasional(f"x-{name}")), draw(occasional(f"y-{name}"))) if triggered else ()),
    )


@st.composite
def circles(draw: st.DrawFn) -> tuple[Club, ...]:
    """Two clubs, by invitation or by a rule."""
    by_rule = st.builds(ByRule, at=st.just("$"), when=ABOUT_MEMBERS)
    ways = st.sampled_from([(Invitation(),)]) | st.tuples(by_rule)
    return tuple(
        Club(at="$", id=name, number=n, enter=draw(ways), offer_for=Duration(72, Unit.HOUR))
        for n, name in enumerate(CLUBS[:2], start=1)
    )


@st.composite
def documents(draw: st.DrawFn, *, checkout: bool | None = None) -> Document:
    """Checked programs of three wallets, one ladder and up to three campaigns.

    `checkout`: with discounts, coupons and wallets that pay, or with none of them.
    """
    names = draw(st.integers(1, 3))
    if checkout is None:
        checkout = draw(st.booleans())
    effects = CHECKOUT_EFFECTS if checkout else EFFECTS
    redeems = st.one_of(REDEEMS, REDEEMS, st.none()) if checkout else st.none()
    coupons: tuple[CouponTemplate, ...] = ()
    if checkout:
        coupons = tuple(draw(templates(name)) for name in TEMPLATES)
    by_tier = st.lists(st.tuples(st.just("main"), st.sampled_from(TIERS), EXPIRIES), max_size=2)
    wallets = tuple(
        Wallet(
            id=name,
            number=number,
            qualifying=name == "status",
            pending=draw(st.none() | DURATIONS),
            expires=draw(EXPIRIES),
            expires_by_tier=tuple(draw(by_tier)),
            redeem=None if name == "status" else draw(redeems),
        )
        for number, name in enumerate(WALLETS, start=1)
    )
    return Document(
        program=Head(
            id="random",
            timezone=draw(st.sampled_from(["Europe/Warsaw", "UTC", "America/Havana"])),
            currency="EUR",
            prices=draw(st.sampled_from(Taxed)),
            earns_on=draw(st.sampled_from(Taxed)),
            no_earning=draw(st.one_of(st.just(()), st.tuples(SOME_WHERES))),
            discount_caps=tuple(draw(st.lists(CAPS, max_size=2))) if checkout else (),
            backdate_max=Duration(30, Unit.DAY),
            claim_max=Duration(30, Unit.DAY),
        ),
        channels=CHANNELS,
        stores={store: Store(groups) for store, groups in GROUPS.items()},
        identifiers=("card",),
        line_fields={"attributes.roast": Field(FieldKind.CHOICE, ("light", "dark"))},
        member_fields={
            "newsletter": Field(FieldKind.BOOL),
            "roast": Field(FieldKind.CHOICE, ("light", "dark")),
            "children": Field(FieldKind.NUMBER),
        },
        wallets=wallets,
        ladders=(
            Ladder(
                id="main",
                number=1,
                qualify=Qualify(by=QualifyBy.SPEND, within=WithinKind.LIFETIME),
                tiers=tuple(Tier(id=tier, threshold=n * 100) for n, tier in enumerate(TIERS)),
            ),
        ),
        campaigns=tuple(
            draw(campaigns(name, effects, triggered=bool(checkout))) for name in CAMPAIGNS[:names]
        ),
        coupons=coupons,
        clubs=draw(circles()),
        segments=(
            Segment(at="$", id="drifting", number=1, when=draw(ABOUT_MEMBERS)),
            Segment(at="$", id="loyal", number=2, when=draw(WITH_CLUBS)),
        ),
    )


@st.composite
def lines(draw: st.DrawFn) -> CartLine:
    """A line whose discounts are never more than its amount."""
    amount = draw(st.integers(0, 3000))
    given = draw(st.integers(0, amount))
    return CartLine(
        sku=draw(st.sampled_from(SKUS)),
        quantity=draw(st.sampled_from([1, 250, 732, 1000, 2000, 3000, 12000])),
        amount=amount,
        kind=draw(st.sampled_from([LineKind.GOODS, LineKind.GOODS, *LineKind])),
        category=draw(st.none() | st.sampled_from(CATEGORIES)),
        brand=draw(st.none() | st.sampled_from(BRANDS)),
        attributes=draw(st.sampled_from([{}, {"roast": "light"}, {"roast": "dark"}])),
        tax_amount=draw(st.integers(0, amount)),
        discount_given=draw(st.sampled_from([0, given])),
        charged_off=draw(st.sampled_from([0, draw(st.integers(0, amount - given))])),
    )


CARTS = st.builds(
    Cart,
    channel=st.sampled_from(CHANNELS),
    store=st.none() | st.sampled_from((*STORES, "not-declared")),
    currency=st.just("EUR"),
    lines=st.lists(lines(), min_size=1, max_size=6).map(tuple),
    charged=st.sampled_from([False, False, True]),
)
MEMBERS = st.builds(
    MemberFacts,
    fields=st.fixed_dictionaries(
        {},
        optional={
            "newsletter": st.booleans(),
            "roast": st.sampled_from(["light", "dark"]),
            "children": st.integers(0, 3),
        },
    ),
    tiers=st.fixed_dictionaries({}, optional={"main": st.sampled_from((*TIERS, "gone"))}),
    is_birthday=st.booleans(),
    is_birthday_month=st.booleans(),
    enrolled_days=st.integers(0, 500),
    clubs=st.lists(st.sampled_from(CLUBS), max_size=2, unique=True).map(sorted).map(tuple),
    clubs_while=st.lists(st.sampled_from(CLUBS), max_size=2, unique=True).map(sorted).map(tuple),
)
PASTS = st.builds(Past, st.integers(0, 6000), st.integers(0, 4), st.integers(0, 6000))


@st.composite
def presented(draw: st.DrawFn) -> Presented:
    """A coupon that may be unknown, unusable, or granted at a till already."""
    name = draw(st.sampled_from((*TEMPLATES, "GONE")))
    why = draw(st.sampled_from([None, None, None, None, None, Unusable.EXPIRED]))
    return Presented(shown=name, template=name, why=why, forced=draw(st.integers(0, 5)) == 0)


PAYING = st.builds(
    Paying,
    wallet=st.sampled_from(["points", "cash", "cash", "points", "status"]),
    units=st.sampled_from([1, 10, 50, 60, 300, 2500]),
    available=st.sampled_from([60, 100_000, 100_000, 100_000]),
    forced=st.sampled_from([False, False, True]),
)


@st.composite
def facts(draw: st.DrawFn, document: Document) -> Facts:
    """Facts for the document, mostly of a member; grants None or one per budget or fewer."""
    limited = [rule.id for campaign in document.campaigns for rule in campaign.rules if rule.limit]
    caps = [template.cap for template in document.coupons if template.cap is not None]
    grants = st.dictionaries(st.sampled_from((*CAMPAIGNS, *caps)), st.integers(0, 60))
    coupons: list[Presented] = []
    redeem: list[Paying] = []
    if document.coupons:
        coupons = draw(st.lists(presented(), max_size=4, unique_by=lambda one: one.shown))
        redeem = draw(st.lists(PAYING, max_size=2, unique_by=lambda one: one.wallet))
    nobody = draw(st.integers(0, 7)) == 0 if document.coupons else False
    return Facts(
        at=draw(st.sampled_from(INSTANTS)),
        member=None if nobody else draw(MEMBERS),
        history=draw(
            st.fixed_dictionaries({}, optional={window.key(): PASTS for window in WINDOWS})
        ),
        activities=draw(
            st.fixed_dictionaries({}, optional={one.key(): st.integers(0, 4) for one in DONE})
        ),
        uses={rule: draw(st.integers(0, 2)) for rule in limited},
        grants=draw(st.none() | grants),
        coupons=tuple(coupons),
        redeem=tuple(redeem),
    )
