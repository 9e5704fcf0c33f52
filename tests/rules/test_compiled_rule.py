"""Rules ready to decide."""

from service.kernel.calendar import Duration, Unit
from service.rules.document import Limit
from service.rules.effects import Points
from service.rules.expiry import Expiry, ExpiryKind
from tests.rules.builders import (
    CASHBACK,
    POINTS,
    STATUS,
    campaign,
    fixed,
    gives,
    lift,
    percent,
    program,
    rule,
    template,
    times,
)

WEEK = Expiry(ExpiryKind.AFTER, Duration(7, Unit.DAY))


def test_a_rule_has_one_part_for_each_wallet_in_the_order_of_the_program() -> None:
    known = program(
        campaign(
            rule(
                "a",
                times(2, wallets=("status", "points")),
                fixed(3, wallet="status"),
                fixed(4, wallet="status"),
                lift("gold"),
                limit=Limit(2),
            )
        ),
        wallets=(STATUS, CASHBACK, POINTS),
    )
    (ready,) = known.rules
    assert [(part.wallet, part.effect, len(part.steps)) for part in ready.parts] == [
        ("status", "points", 3),
        ("points", "multiply", 1),
    ]
    assert [floor.tier for floor in ready.floors] == ["gold"]
    assert ready.times == 2
    assert ready.rest is None


def test_credits_of_one_wallet_and_expiry_go_into_one_kind_of_lot() -> None:
    week = Points(at="$", wallet="points", fixed=1, expires=WEEK)
    known = program(
        campaign(
            rule("a", fixed(1)), rule("b", week), rule("c", times(2)), rule("d", fixed(2), week)
        )
    )
    kinds = {one.id: known.lot_of(one.id, "points") for one in known.rules}
    assert kinds["a"] is kinds["c"]
    assert kinds["b"] is kinds["d"]
    assert [(kind.wallet.id, kind.expires) for kind in known.lots.all] == [
        ("points", None),
        ("points", WEEK),
    ]


def test_discounts_of_a_rule_are_offers_in_their_order() -> None:
    known = program(
        campaign(rule("a", percent(10), fixed(1), percent(20), gives("GIFT"), priority=3)),
        coupons=(template("GIFT", personal=True, discount=percent(5)),),
    )
    (ready,) = known.rules
    assert [one.order for one in ready.offers] == [(0, 3, "a", 0), (0, 3, "a", 1)]
    assert [one.campaign for one in ready.offers] == ["base", "base"]
    assert ([one.template for one in ready.gives], ready.earns) == (["GIFT"], True)


def test_a_rule_that_only_lowers_prices_earns_nothing() -> None:
    (ready,) = program(campaign(rule("a", percent(10)))).rules
    assert not ready.earns


def test_a_rule_presented_as_a_coupon_is_the_same_rule_at_a_position() -> None:
    (ready,) = program(campaign(rule("a", fixed(1)))).rules
    own = ready.presented(3)
    assert (own.coupon, own.parts, own.key) == (3, ready.parts, ready.key)
    assert ready.coupon is None
