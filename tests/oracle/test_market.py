import datetime as dt
import zoneinfo

import pytest

from tests.oracle.days import Span
from tests.oracle.fair import Fair
from tests.oracle.offers import CardKind, Off, Paying, Price, Reward, Shop, Template
from tests.oracle.program import Line, Wallet
from tests.oracle.sales import Basket
from tests.oracle.world import Refused

START = dt.datetime(2027, 1, 1, 12, tzinfo=dt.UTC)
ONE = Template("ONE", Off(minor=100), shared=True, uses=1, back="any")
SOLO = Template("SOLO", Off(minor=200))
SHOP = Shop(
    zone=zoneinfo.ZoneInfo("UTC"),
    wallets=(Wallet("points"),),
    ladders=(),
    campaigns=(),
    prices=(Price("half", Off(percent=50), lambda seen: seen.channel == "app", "app"),),
    money={"app": 300},
    templates={one.id: one for one in (ONE, SOLO)},
    paying=(Paying("points", 1, 1),),
    rewards={"mug": Reward("mug", "points", 40, stock=1)},
    cards=CardKind(100, 1000, Span(10, "day")),
)
TEN = (Line("x", 2000, 1000),)


def at(minutes: int) -> dt.datetime:
    return START + dt.timedelta(minutes=minutes)


@pytest.fixture
def fair() -> Fair:
    """Two members with 100 points each, a code of its own, a card with 5.00."""
    made = Fair(SHOP, Span(60, "day"))
    for name in ("ola", "jan"):
        made.enrol(name, START)
        made.adjust(name, "points", 100, START)
    made.codes.issue("solo-1", "SOLO", None, None)
    made.cards.issue("card", START, 500)
    return made


def basket(**fields: object) -> Basket:
    return Basket("ola", TEN, "web", **fields)  # type: ignore[arg-type]


def available(fair: Fair, name: str, minutes: int) -> tuple[int, int]:
    found = fair.balance(name, "points", at(minutes))
    return found.available, found.held


def test_what_is_held_is_nobody_elses_until_it_is_over(fair: Fair) -> None:
    wanted = basket(codes=("ONE", "solo-1"), redeem=(("points", 60),), cards=(("card", None),))
    fair.place("h", wanted, at(1), at(1), at(11))
    assert available(fair, "ola", 2) == (40, 60)
    assert fair.left["coupon:ONE"] == 0
    other = Basket("jan", TEN, "web", ("ONE", "solo-1"))
    assert fair.decide(other, at(2), at(2), happened=False).whys == {0: "used_up", 1: "needs_hold"}
    fair.pass_time(at(11))
    assert available(fair, "ola", 11) == (100, 0)
    assert fair.decide(other, at(11), at(11), happened=False).whys == {}
    assert fair.cards.all["card"].book.available() == 500
    with pytest.raises(Refused, match="hold-timed-out"):
        fair.purchase("p", "ola", TEN, at(12), at(12), happened=False, hold="h")


def test_what_a_till_took_of_a_hold_that_is_over_counts_beyond(fair: Fair) -> None:
    fair.place("h", Basket("ola", TEN, "app"), at(1), at(1), at(11))  # 3.00 of 5.00
    fair.purchase("q", "jan", TEN, at(12), at(12), "app", happened=False)
    sale = fair.purchase("p", "ola", TEN, at(13), at(13), hold="h")
    assert sale.paid() == 700
    assert (fair.left["app"], fair.beyond["app"]) == (0, 300)
    fair.bring_back("p", {1: 1000}, at(14), at(14))
    assert (fair.left["app"], fair.beyond["app"]) == (0, 150)
    fair.bring_back("q", None, at(15), at(15))
    assert (fair.left["app"], fair.beyond["app"]) == (150, 0)


def test_a_return_gives_back_to_every_tender_its_share(fair: Fair) -> None:
    sale = fair.purchase(
        "p", "ola", TEN, at(1), at(1), codes=("ONE",), redeem=(("points", 50),),
        cards=(("card", None),),
    )  # fmt: skip
    assert sale.deal is not None
    assert (sale.paid(), sale.deal.due) == (900, 350)  # 0.50 by points, 5.00 by the card
    assert fair.bring_back("p", {1: 1000}, at(2), at(2)) == 450
    assert available(fair, "ola", 2) == (75, 0)
    assert fair.cards.all["card"].book.available() == 250
    assert fair.left["coupon:ONE"] == 1
    assert fair.void("p", at(3)) == 450
    assert available(fair, "ola", 3) == (100, 0)
    assert fair.cards.all["card"].book.available() == 500


def test_what_was_not_on_a_card_is_written_off_first(fair: Fair) -> None:
    fair.purchase("p", "ola", TEN, at(1), at(1), cards=(("card", 800),))
    assert fair.cards.all["card"].book.available() == 0
    fair.bring_back("p", {1: 1000}, at(2), at(2))  # 4.00 of 8.00; 3.00 were never there
    assert fair.cards.all["card"].book.available() == 100
    fair.bring_back("p", None, at(3), at(3))
    assert fair.cards.all["card"].book.available() == 500


def test_a_refusal_leaves_the_hold_that_it_would_have_replaced(fair: Fair) -> None:
    fair.place("h", basket(redeem=(("points", 60),)), at(1), at(1), at(11))
    with pytest.raises(Refused, match="insufficient-points"):
        fair.place("i", basket(redeem=(("points", 101),)), at(2), at(2), at(12), "h")
    assert available(fair, "ola", 3) == (40, 60)
    fair.place("i", basket(redeem=(("points", 90),)), at(3), at(3), at(12), "h")
    assert available(fair, "ola", 3) == (10, 90)


def test_the_last_piece_goes_to_one_and_comes_back(fair: Fair) -> None:
    fair.redeem("r", "ola", "mug", at(1), at(11))
    with pytest.raises(Refused):
        fair.redeem("s", "jan", "mug", at(2))
    fair.redeem("s", "jan", "mug", at(11))
    assert (available(fair, "ola", 11), available(fair, "jan", 11)) == ((100, 0), (60, 0))
    assert fair.cancel("s", at(12))
    assert available(fair, "jan", 12) == (100, 0)


def test_no_more_is_given_than_there_is(fair: Fair) -> None:
    fair.transfer("ola", "jan", "points", 70, at(1))
    assert (available(fair, "ola", 1), available(fair, "jan", 1)) == ((30, 0), (170, 0))
    with pytest.raises(Refused):
        fair.transfer("ola", "jan", "points", 31, at(2))
