"""Why a discount was not taken."""

from collections.abc import Sequence

from service.rules.conditions.lines import Filters
from service.rules.decision import NotApplied, Refused
from service.rules.discounts.offers import Bid, Offer
from service.rules.discounts.reasons import losers
from service.rules.discounts.search import best
from service.rules.effects import Bundle, Discount
from service.rules.taking import start_prices
from tests.rules.builders import amount, by, cart, case, discount, line, percent


def told(*offered: tuple[str, Discount], coupons: Sequence[int] = ()) -> list[NotApplied]:
    seen, filters = (
        case(cart(line(1000, sku="a"), line(3000, sku="b"), line(0, sku="c"))),
        Filters(),
    )
    bids = [
        Bid(
            Offer(one, filters, campaign="", owner=name, priority=0, number=n),
            seen,
            n if n in coupons else None,
        )
        for n, (name, one) in enumerate(offered)
    ]
    return losers(bids, best(bids, start_prices(seen), []))


def rule(name: str, by: str | None = None) -> NotApplied:
    reason = Refused.EXCLUDED_BY if by else Refused.NO_EFFECT
    return NotApplied(reason=reason, rule=name, by=by)


def test_all_taken_nobody_loses() -> None:
    assert told(("x", percent(10)), ("y", percent(10))) == []


def test_who_loses_in_a_group_is_told_the_winner() -> None:
    small, large = amount(1, exclusive_group="g"), amount(2, exclusive_group="g")
    assert told(("x", small), ("y", large)) == [rule("x", by="y")]
    assert told(("x", small), ("y", large), coupons=[0, 1]) == [
        NotApplied(reason=Refused.EXCLUDED_BY, coupon=0, by="y")
    ]


def test_who_finds_lines_reserved_is_told_by_whom() -> None:
    whole = amount(3900, stackable=False)
    assert told(("x", amount(50)), ("y", whole)) == [rule("x", by="y")]


def test_who_would_exclude_others_is_told_the_first_of_them() -> None:
    assert told(("x", amount(50, stackable=False)), ("y", percent(10)), ("z", percent(10))) == [
        rule("x", by="y")
    ]


def test_a_discount_that_comes_to_nothing_has_no_effect() -> None:
    three = discount(bundle=Bundle(3, 1))
    assert told(("x", three), ("y", percent(10, by("sku", "c")))) == [rule("x"), rule("y")]


def test_a_rule_about_lines_that_are_not_there_is_not_told_but_a_coupon_is() -> None:
    other = percent(10, by("sku", "none"))
    assert told(("x", other)) == []
    assert told(("x", other), coupons=[0]) == [NotApplied(reason=Refused.NO_EFFECT, coupon=0)]


def test_a_rule_is_told_once_and_only_when_none_of_its_discounts_is_taken() -> None:
    nothing = percent(10, by("sku", "c"))
    assert told(("x", nothing), ("x", nothing)) == [rule("x")]
    assert told(("x", nothing), ("x", percent(10))) == []
