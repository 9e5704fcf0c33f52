import datetime as dt
import zoneinfo
from fractions import Fraction

from tests.oracle import pricing
from tests.oracle.offers import Off, Paying, Price, Shop, Template
from tests.oracle.pricing import Taken
from tests.oracle.program import Line, Seen, Wallet

UTC = zoneinfo.ZoneInfo("UTC")


def is_tea(line: Line) -> bool:
    return line.category == "tea"


TENTH = Price("tenth", Off(percent=10, where=is_tea))
FIVE = Template("FIVE", Off(minor=500))
POINTS = Paying("points", 7, 50, least=10, step=5, share=Fraction(1, 2))
SHOP = Shop(
    UTC, (Wallet("points"),), (), (), lambda line: line.category == "tobacco",
    prices=(TENTH,), templates={"FIVE": FIVE}, paying=(POINTS,),
)  # fmt: skip


def seen(*lines: Line) -> Seen:
    return Seen(dt.datetime(2027, 1, 1, tzinfo=dt.UTC), UTC, "web", lines, {}, ())


def test_a_total_is_split_by_weight_and_the_rest_goes_to_the_largest_remainders() -> None:
    assert pricing.allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert pricing.allocate(10, [99, 0, 1]) == [10, 0, 0]
    assert pricing.allocate(0, [0, 0]) == [0, 0]


def test_lines_come_before_the_order_and_each_takes_of_what_is_left() -> None:
    lines = (
        Line("a", 1000, 1005, category="tea"),
        Line("b", 1000, 1000),
        Line("c", 1, 9, 0, "fee"),
    )
    taken = pricing.discounts(SHOP, seen(*lines), [(0, FIVE)], member=True)
    # 100.5 is 101; then 5.00 over 904 and 1000: 237.39 and 262.60.
    assert [(one.source, one.parts) for one in taken] == [
        ("tenth", [101, 0, 0]),
        ("FIVE", [237, 263, 0]),
    ]
    assert [one.source for one in pricing.discounts(SHOP, seen(*lines), [], member=False)] == []


def test_a_budget_cuts_the_first_last_and_leaves_the_others() -> None:
    both = [Taken("a", [60, 40], campaign="x"), Taken("b", [30, 0]), Taken("c", [9], campaign="x")]
    assert [(one.source, one.parts) for one in pricing.trim(both, "x", 50)] == [
        ("a", [30, 20]),
        ("b", [30, 0]),
    ]


def test_units_pay_a_share_of_what_earns() -> None:
    lines = (Line("a", 1000, 1000), Line("b", 1000, 500, category="tobacco"))
    assert pricing.payable(SHOP, POINTS, lines) == ([1000, 0], 500)
    assert pricing.why_not(POINTS, 70, 70, 500) is None
    assert pricing.why_not(POINTS, 71, 100, 500) == "not_a_step"
    assert pricing.why_not(POINTS, 5, 100, 500) == "below_min"
    assert pricing.why_not(POINTS, 75, 70, 500) == "not_enough"
    assert pricing.why_not(POINTS, 75, 100, 500) == "above_max"  # worth 535
    assert pricing.most(POINTS, 100, 500) == 70


def test_what_paid_is_shared_by_what_was_left_of_the_lines() -> None:
    lines = (Line("a", 1000, 300), Line("b", 1000, 100))
    payment = pricing.pay(SHOP, POINTS, lines, 28)  # 2.00
    assert payment is not None
    assert (payment.values, payment.units) == ([150, 50], [21, 7])
    assert [line.by_units for line in pricing.after_payment(POINTS, lines, payment)] == [150, 50]
    assert pricing.pay(SHOP, POINTS, (Line("c", 1, 0),), 28) is None
