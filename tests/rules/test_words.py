"""Parts of a program in words."""

import pytest

from service.kernel.calendar import Duration, Period, Unit
from service.rules import words
from service.rules.decision import Target
from service.rules.document import (
    Budget,
    BudgetUnit,
    CouponTemplate,
    Downgrade,
    DowngradeWhen,
    Field,
    FieldKind,
    Limit,
    Qualify,
    QualifyBy,
    Redeem,
    RedeemAs,
    Reward,
    Wallet,
    WhenOut,
    WithinKind,
)
from service.rules.effects import Bundle, Discount, Multiply, Points
from service.rules.expiry import Expiry, ExpiryKind, RoundTo
from service.rules.sharing import Households, Transfer
from service.rules.staff import AdjustAlone
from tests.rules.check.files import HEAD, RICH, document

YEAR = Duration(12, Unit.MONTH)


@pytest.mark.parametrize(
    ("expiry", "told"),
    [
        (Expiry(), "never"),
        (Expiry(ExpiryKind.AFTER, YEAR), "after 12 months"),
        (Expiry(ExpiryKind.AFTER, YEAR, RoundTo.YEAR_END), "after 12 months to year_end"),
        (Expiry(ExpiryKind.INACTIVITY, YEAR), "after 12 months without activity"),
        (Expiry(ExpiryKind.DATES, dates=((6, 30), (12, 31))), "on 06-30 and 12-31"),
    ],
)
def test_expiries(expiry: Expiry, told: str) -> None:
    assert words.expiry(expiry) == told


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        (None, ""),
        (Limit(1), "1 ever"),
        (Limit(2, period=Period.MONTH), "2 per calendar month"),
        (Limit(1, rolling=Duration(30, Unit.DAY)), "1 per 30 days"),
    ],
)
def test_limits(limit: Limit | None, told: str) -> None:
    assert words.limit(limit) == told


def test_ladders() -> None:
    wallet = Qualify(by=QualifyBy.WALLET, wallet="status", within=WithinKind.ROLLING, window=YEAR)
    assert words.qualify(wallet) == "by wallet 'status', rolling 12 months"
    visits = Qualify(by=QualifyBy.VISITS, within=WithinKind.CALENDAR, period=Period.QUARTER)
    assert words.qualify(visits) == "by visits, calendar quarter"
    assert words.downgrade(Downgrade()) == "at the end of the period, to the tier reached"
    down = Downgrade(DowngradeWhen.AT_ONCE, one_step=True, grace=Duration(1, Unit.MONTH))
    assert words.downgrade(down) == "at once, one step at a time, 1 month of grace"


def test_fields() -> None:
    assert words.field(Field(FieldKind.NUMBER)) == "number"
    assert words.field(Field(FieldKind.CHOICE, ("a", "b"))) == "one of a, b"


def test_amounts_are_told_in_the_unit_of_the_file() -> None:
    whole = document(f"{RICH}  - {{id: one, then: [{{points: {{fixed: 1}}}}]}}\n")
    points = Budget(unit=BudgetUnit.POINTS, amount=1050, wallet="cash", when_out=WhenOut.REJECT)
    assert words.budget(points, whole) == "10.50 of wallet 'cash', then reject"
    assert words.budget(Budget(unit=BudgetUnit.USES, amount=5), whole) == "5 uses, then trim"
    money = Budget(unit=BudgetUnit.MONEY, amount=50_050)
    assert words.budget(money, whole) == "500.50 EUR, then trim"
    assert words.budget(None, whole) == ""


def test_thresholds_are_told_in_the_unit_that_counts() -> None:
    ladders = (
        "ladders: {s: {qualify: {spend: true, within: lifetime}, tiers: [{id: a, from: 0}, "
        "{id: b, from: 12.50 EUR}]}, v: {qualify: {visits: true, within: lifetime}, "
        "tiers: [{id: a, from: 0}, {id: b, from: 7}]}}\n"
    )
    lines = [line for line in RICH.splitlines() if not line.startswith("ladders")]
    whole = document("\n".join(lines[:-3]) + "\n" + ladders)
    told = [
        words.threshold(tier, ladder, whole) for ladder in whole.ladders for tier in ladder.tiers
    ]
    assert told == ["0.00 EUR", "12.50 EUR", "0", "7"]


def test_a_rate_is_told_as_it_is_written() -> None:
    how = Redeem(units=250, minor=199, paid_as=RedeemAs.DISCOUNT, grace=YEAR)
    assert words.rate(how, Wallet(id="cash", scale=2), "EUR") == (
        "2.50 cash = 1.99 EUR as a discount"
    )


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (None, ""),
        (Transfer(), "from 0.01"),
        (Transfer(least=50, most=1000, per_day=2000), "from 0.50, up to 10.00, 20.00 a day"),
        (Transfer(per_day=1), "from 0.01, 0.01 a day"),
    ],
)
def test_transfers(how: Transfer | None, told: str) -> None:
    assert words.transfer(Wallet(id="cash", scale=2, transfer=how)) == told


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (None, ""),
        (AdjustAlone(most=50, per_day=2000), "alone up to 0.50, 20.00 a day"),
        (
            AdjustAlone(most=50, per_day=50, reasons=("late", "mistake")),
            "alone up to 0.50, 0.50 a day, for late, mistake",
        ),
    ],
)
def test_corrections_by_staff(how: AdjustAlone | None, told: str) -> None:
    assert words.adjust(Wallet(id="cash", scale=2, adjust=how)) == told


def test_what_a_household_may_draw_is_told_for_each_wallet() -> None:
    whole = document(f"{HEAD}wallets: {{points: {{}}, cash: {{scale: 2}}}}")
    limits = Households(
        members_max=2,
        wallets=("points", "cash"),
        draw_max={"points": 500, "cash": 2050},
        offer_for=YEAR,
    )
    assert words.drawn(limits, whole) == "500 of wallet 'points', 20.50 of wallet 'cash'"


@pytest.mark.parametrize(
    ("discount", "told"),
    [
        (Discount(at="", percent=(3, 40)), "7.5 % off lines"),
        (Discount(at="", on=Target.ORDER, amount=500), "5.00 EUR off the order"),
        (Discount(at="", on=Target.SHIPPING, percent=(1, 1)), "100 % off the shipping"),
        (Discount(at="", unit_price=300, most=900), "each unit for 3.00 EUR, at most 9.00 EUR"),
        (Discount(at="", bundle=Bundle(3, 1)), "buy 3, 1 of those free"),
        (Discount(at="", bundle=Bundle(2, 1, ())), "buy 2, 1 of others free"),
        (Discount(at="", bundle=Bundle(0, 2)), "2 free"),
        (
            Discount(at="", percent=(1, 10), exclusive_group="g", stackable=False),
            "10 % off lines, one of 'g', not stackable",
        ),
    ],
)
def test_discounts(discount: Discount, told: str) -> None:
    assert words.discount(discount, "EUR") == told


@pytest.mark.parametrize(
    ("by", "told"), [((2, 1), "2"), ((3, 2), "1.5"), ((5, 4), "1.25"), ((1001, 1000), "1.001")]
)
def test_factors_are_told_as_decimals(by: tuple[int, int], told: str) -> None:
    assert words.multiply(Multiply("", by, ("points",))) == f"x {told} in wallet 'points'"


def test_several_wallets_are_all_named() -> None:
    assert words.multiply(Multiply("", (2, 1), ("a", "b"))) == "x 2 in wallets 'a', 'b'"


@pytest.mark.parametrize(
    ("points", "told"),
    [
        (Points("", "points", fixed=200), "200 to wallet 'points'"),
        (Points("", "cash", fixed=250), "2.50 to wallet 'cash'"),
        (Points("", "points", per_unit=10), "10 per unit to wallet 'points'"),
        (
            Points("", "cash", per_amount=(5, 150), less=("points", "cash")),
            "0.05 per 1.50 EUR to wallet 'cash', less what wallets 'points', 'cash' paid",
        ),
        (
            Points("", "points", fixed=1, expires=Expiry(ExpiryKind.AFTER, YEAR)),
            "1 to wallet 'points', expires after 12 months",
        ),
    ],
)
def test_points(points: Points, told: str) -> None:
    whole = document(f"{RICH}  - {{id: one, then: [{{points: {{fixed: 1}}}}]}}\n")
    assert words.points(points, whole) == told


def test_what_a_coupon_gives_is_told() -> None:
    whole = document(f"{RICH}  - {{id: one, then: [{{points: {{fixed: 1}}}}]}}\n")
    off = CouponTemplate(at="", id="A", discount=Discount(at="", amount=500))
    double = CouponTemplate(at="", id="A", multiply=Multiply("", (2, 1), ("points",)))
    more = CouponTemplate(at="", id="A", points=Points("", "points", fixed=5))
    assert [words.gives(template, whole) for template in (off, double, more)] == [
        *("5.00 EUR off lines", "x 2 in wallet 'points'", "5 to wallet 'points'")
    ]


@pytest.mark.parametrize(
    ("gives", "told"),
    [
        ({"coupon": "FREE"}, "coupon 'FREE'"),
        ({"item": "mug"}, "item 'mug'"),
        ({"external": "tree"}, "external 'tree'"),
    ],
)
def test_what_a_reward_is_and_costs_is_told(gives: dict[str, str], told: str) -> None:
    whole = document(f"{RICH}  - {{id: one, then: [{{points: {{fixed: 1}}}}]}}\n")
    reward = Reward(at="", id="a", wallet="cash", price=250, **gives)  # type: ignore[arg-type]
    assert words.given_for_units(reward) == told
    assert words.price(250, "cash", whole) == "2.50 of wallet 'cash'"
    assert words.price(250, "points", whole) == "250 of wallet 'points'"
