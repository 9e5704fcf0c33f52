"""Random programs, carts and facts from a small world, so that rules meet lines often."""

import datetime as dt

from hypothesis import strategies as st

from service.kernel.calendar import Duration, Period, Unit
from service.rules.cart import Cart, CartLine, LineKind
from service.rules.conditions import (
    All,
    AnyOf,
    Condition,
    Fact,
    History,
    Lines,
    LineTest,
    Not,
    TimeOfDay,
)
from service.rules.conditions.history import Metric, Window
from service.rules.document import (
    Budget,
    BudgetUnit,
    Campaign,
    Document,
    Field,
    FieldKind,
    Head,
    Ladder,
    Limit,
    Qualify,
    QualifyBy,
    Rule,
    Store,
    Taxed,
    Tier,
    Wallet,
    WhenOut,
    WithinKind,
)
from service.rules.effects import Effect, Multiply, Points, SetTier
from service.rules.expiry import Expiry, ExpiryKind, RoundTo
from service.rules.facts import Facts, MemberFacts, Past
from service.rules.values import Test

CATEGORIES, BRANDS, SKUS = ("coffee", "tea", "tobacco"), ("acme", "house"), ("a", "b", "c")
CHANNELS, STORES = ("web", "app", "pos"), ("waw-01", "waw-02", "gdn-01")
GROUPS = {"waw-01": ("warsaw",), "waw-02": ("warsaw", "airport"), "gdn-01": ()}
WALLETS = ("points", "cash", "status")
TIERS = ("bronze", "silver", "gold")
CAMPAIGNS = ("base", "autumn", "extra")
WINDOWS = (
    Window(),
    Window(within=Duration(30, Unit.DAY)),
    Window(channel="app"),
    Window(within=Duration(1, Unit.MONTH), store="waw-01"),
    Window(category="coffee"),
)
INSTANTS = tuple(
    dt.datetime.fromisoformat(text)
    for text in (
        "2026-01-31T23:00:00Z",
        "2026-03-29T00:59:59Z",
        "2026-03-29T01:00:00Z",
        "2026-08-31T22:00:00Z",
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
        "2026-11-24T08:40:00Z",
        "2028-02-29T12:00:00Z",
    )
)


def texts(values: tuple[str, ...]) -> st.SearchStrategy[Test]:
    """Tests of a text, some of values that nothing has."""
    value = st.sampled_from((*values, "nothing-has-it"))
    some = st.lists(value, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Test, eq=value),
        st.builds(Test, is_in=some),
        st.builds(Test, ne=value),
        st.builds(Test, not_in=some),
        st.builds(Test, is_in=some, ne=value),
    )


def numbers(most: int) -> st.SearchStrategy[Test]:
    """Tests of a number."""
    value = st.integers(0, most)
    return st.one_of(
        st.builds(Test, gte=value),
        st.builds(Test, lt=value),
        st.builds(Test, gt=value, lte=value),
        st.builds(Test, eq=value),
        st.builds(Test, ne=value),
    )


def tiers() -> st.SearchStrategy[Test]:
    """Tests of a tier, by id and by rank."""
    tier = st.sampled_from(TIERS)
    return st.one_of(
        texts(TIERS), *(st.builds(Test, **{sign: tier}) for sign in ("gt", "gte", "lt", "lte"))
    )


BOOLS = st.builds(Test, eq=st.booleans())
DATES = st.sampled_from(["2026-03-29", "2026-09-01", "2026-11-24"])
FACTS: dict[str, st.SearchStrategy[Test]] = {
    "member.tier.main": tiers(),
    "member.is_birthday": BOOLS,
    "member.is_birthday_month": BOOLS,
    "member.known": BOOLS,
    "member.enrolled_days": numbers(500),
    "member.newsletter": BOOLS,
    "member.roast": texts(("light", "dark")),
    "member.children": numbers(3),
    "cart.channel": texts(CHANNELS),
    "cart.store": texts(STORES),
    "cart.store_group": texts(("warsaw", "airport")),
    "cart.subtotal": numbers(8000),
    "cart.total": numbers(8000),
    "cart.quantity": numbers(9000),
    "cart.lines": numbers(4),
    "now.weekday": texts(("mon", "tue", "sat", "sun")),
    "now.date": st.one_of(st.builds(Test, gte=DATES), st.builds(Test, lt=DATES)),
    "now.month": numbers(12),
    "now.day": numbers(31),
}
FIELDS: dict[str, st.SearchStrategy[Test]] = {
    "category": texts(CATEGORIES),
    "brand": texts(BRANDS),
    "sku": texts(SKUS),
    "kind": texts(("goods", "gift_card", "shipping")),
    "unit_price": numbers(2000),
    "amount": numbers(3000),
    "quantity": numbers(4000),
    "attributes.roast": texts(("light", "dark")),
}


@st.composite
def line_tests(draw: st.DrawFn) -> LineTest:
    field = draw(st.sampled_from(sorted(FIELDS)))
    return LineTest(field, draw(FIELDS[field]))


SOME_WHERES = st.lists(line_tests(), min_size=1, max_size=2).map(tuple)
WHERES = st.one_of(st.just(()), st.just(()), SOME_WHERES)


@st.composite
def facts_conditions(draw: st.DrawFn) -> Fact:
    fact = draw(st.sampled_from(sorted(FACTS)))
    return Fact(at="$", fact=fact, test=draw(FACTS[fact]))


LEAVES: st.SearchStrategy[Condition] = st.one_of(
    facts_conditions(),
    st.builds(TimeOfDay, at=st.just("$"), since=st.integers(0, 1439), until=st.integers(0, 1440)),
    st.builds(
        Lines,
        at=st.just("$"),
        where=WHERES,
        amount=st.none() | numbers(5000),
        quantity=st.none() | numbers(6000),
    ),
    st.builds(
        History,
        at=st.just("$"),
        metric=st.sampled_from(Metric),
        window=st.sampled_from(WINDOWS),
        test=numbers(6000),
        including_this=st.booleans(),
    ),
)


def _with_logic(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(parts, max_size=3).map(tuple)
    return st.one_of(
        st.builds(All, at=st.just("$"), of=some),
        st.builds(AnyOf, at=st.just("$"), of=some),
        st.builds(Not, at=st.just("$"), of=parts),
    )


CONDITIONS = st.recursive(LEAVES, _with_logic, max_leaves=5)

DURATIONS = st.builds(
    Duration,
    st.integers(1, 14),
    st.sampled_from([Unit.HOUR, Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR]),
)
EXPIRIES = st.one_of(
    st.just(Expiry()),
    st.builds(
        Expiry,
        st.just(ExpiryKind.AFTER),
        DURATIONS,
        st.none() | st.sampled_from(RoundTo),
    ),
    st.builds(Expiry, st.just(ExpiryKind.INACTIVITY), DURATIONS),
    st.just(Expiry(ExpiryKind.DATES, dates=((6, 30), (12, 31)))),
)
SOME_WALLETS = st.lists(st.sampled_from(WALLETS), min_size=1, unique=True).map(tuple)
POINTS_BASE = {
    "at": st.just("$"),
    "wallet": st.sampled_from(WALLETS),
    "where": WHERES,
    "expires": st.none() | EXPIRIES,
}
MULTIPLIERS = st.builds(
    Multiply,
    at=st.just("$"),
    by=st.sampled_from([(1, 1), (3, 2), (2, 1), (11, 10), (5, 4), (10, 3)]),
    wallets=SOME_WALLETS,
    where=WHERES,
)
PER_AMOUNT = st.builds(
    Points,
    per_amount=st.tuples(st.integers(1, 5), st.sampled_from([1, 30, 50, 100, 700])),
    **POINTS_BASE,
)
EFFECTS: st.SearchStrategy[Effect] = st.one_of(
    PER_AMOUNT,
    MULTIPLIERS,
    PER_AMOUNT,
    st.builds(Points, fixed=st.integers(1, 200), **POINTS_BASE),
    st.builds(Points, per_unit=st.integers(1, 12), **POINTS_BASE),
    st.builds(
        SetTier,
        at=st.just("$"),
        ladder=st.just("main"),
        tier=st.sampled_from(TIERS),
        lasts=st.none() | DURATIONS,
    ),
    MULTIPLIERS,
)
LIMITS = st.builds(Limit, st.integers(1, 2), period=st.just(Period.MONTH))
BUDGETS = st.builds(
    Budget,
    unit=st.sampled_from(BudgetUnit),
    amount=st.just(1000),
    when_out=st.sampled_from(WhenOut),
    wallet=st.none() | st.sampled_from(WALLETS),
)


@st.composite
def campaigns(draw: st.DrawFn, name: str) -> Campaign:
    rules = tuple(
        Rule(
            at="$",
            id=f"{draw(st.sampled_from('abcdefgh'))}-{name}-{n}",
            priority=draw(st.integers(-1, 1)),
            when=draw(st.one_of(st.none(), st.none(), CONDITIONS)),
            limit=draw(st.none() | LIMITS),
            then=tuple(draw(st.lists(EFFECTS, min_size=1, max_size=3))),
        )
        for n in range(draw(st.integers(1, 6)))
    )
    return Campaign(
        at="$",
        id=name,
        from_at=draw(st.sampled_from((None, None, *INSTANTS[:4]))),
        until_at=draw(st.sampled_from((None, None, *INSTANTS[3:]))),
        budget=draw(st.none() | BUDGETS),
        rules=rules,
    )


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Checked programs of three wallets, one ladder and up to three campaigns."""
    names = draw(st.integers(1, 3))
    by_tier = st.lists(st.tuples(st.just("main"), st.sampled_from(TIERS), EXPIRIES), max_size=2)
    wallets = tuple(
        Wallet(
            id=name,
            number=number,
            qualifying=name == "status",
            pending=draw(st.none() | DURATIONS),
            expires=draw(EXPIRIES),
            expires_by_tier=tuple(draw(by_tier)),
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
        campaigns=tuple(draw(campaigns(name)) for name in CAMPAIGNS[:names]),
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
)
PASTS = st.builds(Past, st.integers(0, 6000), st.integers(0, 4), st.integers(0, 6000))


@st.composite
def facts(draw: st.DrawFn, document: Document) -> Facts:
    """Facts of a known member for the document; grants None or one per campaign or fewer."""
    limited = [rule.id for campaign in document.campaigns for rule in campaign.rules if rule.limit]
    grants = st.dictionaries(st.sampled_from(CAMPAIGNS), st.integers(0, 60))
    return Facts(
        at=draw(st.sampled_from(INSTANTS)),
        member=draw(MEMBERS),
        history=draw(
            st.fixed_dictionaries({}, optional={window.key(): PASTS for window in WINDOWS})
        ),
        uses={rule: draw(st.integers(0, 2)) for rule in limited},
        grants=draw(st.none() | grants),
    )
