"""Scalar facts."""

import datetime as dt

import pytest

from service.rules.cart import Cart, LineKind
from service.rules.conditions.fact import (
    Fact,
    World,
    compile_fact,
    compile_read,
    explain_fact,
    source,
)
from service.rules.facts import Facts, MemberFacts
from service.rules.triggers import Occasion, On
from service.rules.values import Scalar, Test
from tests.rules.builders import AT, cart, case, facts, line

WORLD = World(
    {"main": ("bronze", "silver", "gold")},
    {"waw-01": ("warsaw",), "waw-02": ("warsaw", "airport"), "gdn-01": ()},
)
MEMBER = MemberFacts(
    fields={"newsletter": True, "children": 2, "roast": "dark"},
    tiers={"main": "silver"},
    is_birthday_month=True,
    enrolled_days=41,
)
BOUGHT = cart(
    line(1000, quantity=2500, discount_given=100, charged_off=50),
    line(300, kind=LineKind.SHIPPING),
    channel="app",
    store="waw-02",
)


def holds(fact: str, test: Test, bought: Cart = BOUGHT, seen: Facts | None = None) -> bool:
    condition = Fact(at="$", fact=fact, test=test)
    return compile_fact(condition, WORLD)(case(bought, seen or facts(MEMBER)))


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("member.known", True),
        ("member.is_birthday", False),
        ("member.is_birthday_month", True),
        ("member.enrolled_days", 41),
        ("member.newsletter", True),
        ("member.children", 2),
        ("member.roast", "dark"),
        ("member.not_given", None),
        ("member.tier.main", "silver"),
        ("cart.channel", "app"),
        ("cart.store", "waw-02"),
        ("cart.subtotal", 1200),
        ("cart.total", 850),
        ("cart.quantity", 3500),
        ("cart.lines", 2),
        ("now.weekday", "tue"),
        ("now.date", "2026-11-24"),
        ("now.month", 11),
        ("now.day", 24),
    ],
)
def test_a_fact_has_the_value_of_the_case(fact: str, value: Scalar | None) -> None:
    assert compile_read(fact, WORLD)(case(BOUGHT, facts(MEMBER))) == value


def test_the_date_is_that_of_the_program_on_the_days_when_clocks_change() -> None:
    """Summer time began on 29 March 2026 and ended on 25 October in Warsaw."""
    read = compile_read("now.date", WORLD)
    found = [
        read(case(BOUGHT, facts(at=dt.datetime.fromisoformat(text))))
        for text in (
            "2026-03-28T22:59:59Z",
            "2026-03-28T23:00:00Z",
            "2026-03-29T21:59:59Z",
            "2026-03-29T22:00:00Z",
            "2026-10-25T22:59:59Z",
            "2026-10-25T23:00:00Z",
        )
    ]
    assert found == [
        "2026-03-28",
        "2026-03-29",
        "2026-03-29",
        "2026-03-30",
        "2026-10-25",
        "2026-10-26",
    ]


@pytest.mark.parametrize(
    ("test", "passing"),
    [
        (Test(eq="silver"), ["silver"]),
        (Test(ne="silver"), ["bronze", "gold"]),
        (Test(is_in=("bronze", "gold")), ["bronze", "gold"]),
        (Test(not_in=("bronze", "gold")), ["silver"]),
        (Test(gte="silver"), ["silver", "gold"]),
        (Test(gt="silver"), ["gold"]),
        (Test(lte="silver"), ["bronze", "silver"]),
        (Test(lt="silver"), ["bronze"]),
        (Test(gte="silver", ne="gold"), ["silver"]),
    ],
)
def test_tiers_are_compared_by_rank_and_told_apart_by_id(test: Test, passing: list[str]) -> None:
    found = [
        tier
        for tier in ("bronze", "silver", "gold")
        if holds("member.tier.main", test, seen=facts(MemberFacts(tiers={"main": tier})))
    ]
    assert found == passing


@pytest.mark.parametrize("tiers", [{}, {"main": "no-longer-there"}, {"other": "gold"}])
def test_a_member_without_a_known_tier_has_the_lowest(tiers: dict[str, str]) -> None:
    seen = facts(MemberFacts(tiers=tiers))
    assert holds("member.tier.main", Test(eq="bronze"), seen=seen)
    assert not holds("member.tier.main", Test(gt="bronze"), seen=seen)


@pytest.mark.parametrize(
    ("test", "passing"),
    [
        (Test(eq="airport"), ["waw-02"]),
        (Test(is_in=("warsaw", "other")), ["waw-01", "waw-02"]),
        (Test(ne="airport"), ["waw-01", "gdn-01", "unknown", None]),
        (Test(not_in=("warsaw", "airport")), ["gdn-01", "unknown", None]),
        (Test(eq="warsaw", ne="airport"), ["waw-01"]),
    ],
)
def test_one_group_of_the_store_is_enough_and_none_may_be_unwanted(
    test: Test, passing: list[str | None]
) -> None:
    stores = ["waw-01", "waw-02", "gdn-01", "unknown", None]
    found = [
        store
        for store in stores
        if holds("cart.store_group", test, bought=cart(line(1), store=store))
    ]
    assert found == passing


def test_a_store_group_is_asked_of_the_store() -> None:
    assert source("cart.store_group") == source("cart.store") == "cart.store"
    assert source("cart.channel") == "cart.channel"


@pytest.mark.parametrize(
    ("fact", "test", "ok", "want", "got"),
    [
        ("cart.channel", Test(eq="web"), False, "= 'web'", "app"),
        ("cart.total", Test(gte=800), True, ">= 800", "850"),
        ("member.tier.main", Test(gte="gold"), False, ">= 'gold'", "silver"),
        ("member.not_given", Test(eq=1), False, "= 1", "nothing"),
        ("member.newsletter", Test(eq=True), True, "= true", "true"),
        ("cart.store_group", Test(eq="airport"), True, "= 'airport'", "warsaw, airport"),
    ],
)
def test_the_finding_says_what_was_wanted_and_what_was_there(
    fact: str, test: Test, ok: bool, want: str, got: str
) -> None:
    found = explain_fact(Fact(at="$.x", fact=fact, test=test), case(BOUGHT, facts(MEMBER)), WORLD)
    assert (found.ok, found.at, found.want, found.got) == (ok, "$.x", want, got)


def test_a_store_without_groups_shows_none() -> None:
    condition = Fact(at="$", fact="cart.store_group", test=Test(eq="airport"))
    assert explain_fact(condition, case(cart(line(1), store=None)), WORLD).got == "nothing"


def attribute(test: Test, value: Scalar | None) -> bool:
    attributes: dict[str, Scalar] = {} if value is None else {"it": value}
    done = Occasion(on=On.ACTIVITY, of="visit", at=AT, ref="1", attributes=attributes)
    return holds("activity.it", test, seen=facts(occasion=done))


@pytest.mark.parametrize(
    ("test", "passing", "failing"),
    [
        (Test(eq=1), (1,), (True, "1", 0, None)),
        (Test(eq=True), (True,), (1, "true", False, None)),
        (Test(eq="a"), ("a",), ("b", 1, True, None)),
        (Test(ne=1), (True, 2, "1", None), (1,)),
        (Test(is_in=(1, False)), (1, False), (True, 0, None)),
        (Test(not_in=(1, False)), (True, 0, None, "x"), (1, False)),
        (Test(gte=1), (1, 5), (0, True, "5", None)),
        (Test(gte=0, ne=3), (0, 4), (3, False, None)),
    ],
)
def test_an_attribute_is_compared_with_values_of_its_own_type(
    test: Test, passing: tuple[Scalar | None, ...], failing: tuple[Scalar | None, ...]
) -> None:
    assert [attribute(test, value) for value in passing] == [True] * len(passing)
    assert [attribute(test, value) for value in failing] == [False] * len(failing)


def test_without_an_activity_there_is_no_attribute() -> None:
    assert not holds("activity.it", Test(eq=1))
    assert holds("activity.it", Test(ne=1))
