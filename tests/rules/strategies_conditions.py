"""Random conditions about a small world, so that they often hold."""

import datetime as dt

from hypothesis import strategies as st

from service.kernel.calendar import Duration, Unit
from service.rules.conditions import (
    Activities,
    All,
    AnyOf,
    Belonging,
    Condition,
    Fact,
    History,
    Lines,
    LineTest,
    Not,
    TimeOfDay,
)
from service.rules.conditions.activities import ActivityWindow
from service.rules.conditions.belonging import Circle
from service.rules.conditions.history import Metric, Window
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
CLUBS, SEGMENTS = ("roasters", "tasters", "gone"), ("drifting", "loyal", "gone")
DONE = (ActivityWindow("visit"), ActivityWindow("visit", Duration(30, Unit.DAY)))
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


def groups(to: Circle, names: tuple[str, ...]) -> st.SearchStrategy[Belonging]:
    """Tests of belonging, some of names nothing has."""
    some = st.lists(st.sampled_from(names), max_size=2, unique=True).map(tuple)
    return st.builds(
        Belonging,
        at=st.just("$"),
        to=st.just(to),
        has=st.none() | st.sampled_from(names),
        has_any=some,
        has_none=some,
    )


ACTIVITIES: st.SearchStrategy[Condition] = st.builds(
    Activities, at=st.just("$"), window=st.sampled_from(DONE), test=numbers(4)
)
PAST: st.SearchStrategy[Condition] = st.builds(
    History,
    at=st.just("$"),
    metric=st.sampled_from(Metric),
    window=st.sampled_from(WINDOWS),
    test=numbers(6000),
)


@st.composite
def facts_of_members(draw: st.DrawFn) -> Condition:
    fact = draw(st.sampled_from(sorted(name for name in FACTS if name.startswith("member."))))
    return Fact(at="$", fact=fact, test=draw(FACTS[fact]))


IN_CLUBS, IN_SEGMENTS = groups(Circle.CLUBS, CLUBS), groups(Circle.SEGMENTS, SEGMENTS)
OF_MEMBERS: st.SearchStrategy[Condition] = st.one_of(facts_of_members(), PAST, ACTIVITIES)


def _with_logic(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(parts, max_size=3).map(tuple)
    return st.one_of(
        st.builds(All, at=st.just("$"), of=some),
        st.builds(AnyOf, at=st.just("$"), of=some),
        st.builds(Not, at=st.just("$"), of=parts),
    )


CONDITIONS = st.recursive(
    LEAVES | LEAVES | IN_CLUBS | IN_SEGMENTS | ACTIVITIES, _with_logic, max_leaves=5
)
ABOUT_MEMBERS = st.recursive(OF_MEMBERS, _with_logic, max_leaves=4)
WITH_CLUBS = st.recursive(OF_MEMBERS | IN_CLUBS, _with_logic, max_leaves=4)
OCCASIONAL = st.recursive(OF_MEMBERS | IN_CLUBS | IN_SEGMENTS, _with_logic, max_leaves=4)
