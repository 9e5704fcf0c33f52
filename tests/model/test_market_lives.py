"""Short lives with a checkout in which the service and the oracle once differed, step by step."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

import pytest

from service.domain.purchases.types import Mode
from tests.databases import Fresh
from tests.model import compare
from tests.model.card_life import CardLife
from tests.model.catalogue import MARKET
from tests.model.till import Till
from tests.oracle.program import Line
from tests.oracle.sales import Basket

DAY: Final = dt.timedelta(days=1)
SEPTEMBER: Final = dt.datetime(2027, 9, 20, 18, tzinfo=dt.UTC)


class Told:
    """A life with one member (300 points and 1,500 cash), told in few words."""

    def __init__(self, driver: Till, life: CardLife, jobs_url: str) -> None:
        self.driver = driver
        self.life = life
        self.jobs_url = jobs_url
        self.ola = life.member(0)

    def basket(self, *lines: Line, **fields: object) -> Basket:
        """Ola's basket in the web shop."""
        return Basket(self.ola, lines, "web", **fields)  # type: ignore[arg-type]

    def pay(self, basket: Basket, mode: Mode = Mode.AUTHORISE, hold: str | None = None) -> str:
        """A purchase; its key."""
        self.life.pay(basket, mode, hold)
        return list(self.life.sales)[-1]

    def place(self, basket: Basket, seconds: int = 92) -> str:
        """A hold; its name."""
        assert self.life.place(basket, 0, seconds)
        return list(self.life.holds)[-1]

    def agree(self) -> None:
        """Everything is as the oracle has it, and a whole verification finds nothing."""
        life, driver = self.life, self.driver
        ids = list(life.ids.values())
        instants = (life.now + compare.AHEAD, life.now - compare.BACK)
        for name, answer in zip(life.ids, driver.answers(ids, instants), strict=True):
            compare.member(life.world, name, answer, life.now)
        compare.same(driver.broken([*ids, *life.holders.values()]), [], "tables")
        life.find_coupons()
        life.check_scarce()
        life.check_cards()
        compare.same(driver.differences(self.jobs_url), [], "verify")


@pytest.fixture
def told(database: Fresh) -> Iterator[Told]:
    """A life by the program `market`."""
    driver = Till(database.url, MARKET.source(), MARKET.currency)
    driver.set_clock(SEPTEMBER)
    life = CardLife(driver, SEPTEMBER)
    life.enrol()
    yield Told(driver, life, database.jobs_url)
    driver.close()


def goods(amount: int, category: str | None = None) -> Line:
    return Line("x", 1000, amount, category=category)


def test_units_that_fill_an_empty_lot_again_lapse_in_time(told: Told) -> None:
    key = told.pay(told.basket(goods(15_000), redeem=(("cash", 1500),)))
    told.life.adjust(told.ola, "cash", -405)  # earned by it
    told.life.wait(44 * DAY)
    told.life.adjust(told.ola, "points", 50)  # what is due next is looked for here
    told.life.bring_back(key, "web", None, told.life.now)
    told.agree()
    told.life.wait(17 * DAY)
    told.life.adjust(told.ola, "cash", -1000)  # refused: the 1,095 lapsed a day ago
    told.agree()


def test_a_hold_that_is_over_gives_no_coupon_it_had_not_given(told: Told) -> None:
    basket = told.basket(goods(1000), codes=("FIVE",))  # of 15 euros, it says
    hold = told.place(basket)
    told.life.wait(DAY)
    told.pay(basket, Mode.RECORD, hold)
    told.agree()


def test_a_hold_that_is_over_takes_nothing_of_a_card_that_had_nothing(told: Told) -> None:
    told.life.issue(500)
    (card,) = told.life.holders
    told.pay(told.basket(goods(1000), cards=((card, None),)))
    basket = told.basket(goods(2000), cards=((card, None),))
    hold = told.place(basket)
    told.life.load(card, 700, sells=False)
    told.life.wait(DAY)
    told.pay(basket, Mode.RECORD, hold)  # 20 euros are due, as the hold had said
    told.agree()


def test_what_a_hold_had_of_a_card_is_an_overrun_when_it_is_gone(told: Told) -> None:
    told.life.issue(500)
    (card,) = told.life.holders
    basket = told.basket(goods(2000), cards=((card, None),))
    hold = told.place(basket)
    told.life.wait(DAY)
    told.pay(told.basket(goods(300), cards=((card, None),)))
    key = told.pay(basket, Mode.RECORD, hold)  # 2 of the 5 euros are there
    told.life.bring_back(key, "web", None, told.life.now)
    told.agree()


def test_uses_beyond_a_cap_come_back_first(told: Told) -> None:
    """OPEN is for three, TW1CE-001 for two uses; tills report five of each."""
    basket = told.basket(goods(3000, "coffee"), codes=("OPEN", "TW1CE-001"))
    keys = [told.pay(basket, Mode.RECORD) for _ in range(5)]
    told.agree()
    for key in keys:
        told.life.bring_back(key, "web", None, told.life.now)
        told.agree()


def test_a_coupon_that_is_held_when_its_ground_goes_can_still_be_used_by_the_hold(
    told: Told,
) -> None:
    ground = told.pay(told.basket(goods(5000)))
    told.life.find_coupons()
    (gift,) = told.life.world.codes.all.keys() & {f"{ground}/0"}
    basket = told.basket(goods(2000), codes=(gift,))
    hold = told.place(basket, 932)
    told.life.bring_back(ground, "web", None, told.life.now)
    told.agree()
    told.pay(basket, hold=hold)
    told.agree()


def test_units_are_taken_for_a_used_coupon_whose_ground_goes(told: Told) -> None:
    ground = told.pay(told.basket(goods(5000)))
    told.life.find_coupons()
    told.pay(told.basket(goods(2000), codes=(f"{ground}/0",)))
    told.life.bring_back(ground, "web", None, told.life.now)  # 3 euros: 42 points
    told.agree()
    told.life.bring_back(list(told.life.sales)[-1], "web", None, told.life.now)
    told.agree()


def test_a_budget_that_a_hold_had_is_given_out_again_and_counted_beyond(told: Told) -> None:
    """12 euros for the app: a hold had 9.90, others have them now; it is paid all the same."""
    acme = Line("x", 1000, 3000, brand="acme")
    basket = Basket(told.ola, (acme,), "app")
    hold = told.place(basket)
    told.life.wait(DAY)
    told.pay(Basket(told.ola, (acme, acme), "app"))
    told.pay(basket, Mode.RECORD, hold)
    assert told.life.world.beyond["app-price"] == 990
    told.agree()
    for key in list(told.life.sales):
        told.life.bring_back(key, "app", None, told.life.now)
        told.agree()


def test_a_code_of_nobodys_purchase_comes_back_once(told: Told) -> None:
    """It came back before somebody claimed the purchase; the claim gives nothing back again."""
    basket = Basket(None, (goods(1000),), "web", ("OPEN",))
    told.life.pay_unmatched("stray", basket)
    (key,) = told.life.sales
    told.life.bring_back(key, "web", None, told.life.now)
    told.agree()
    told.life.claim(told.ola, "stray")
    told.agree()
