"""Short lives in which the service and the oracle once differed, told step by step."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from tests.databases import Server
from tests.model import compare
from tests.model.catalogue import SUBJECTS
from tests.model.driver import Driver
from tests.model.life import Life
from tests.oracle.program import Line

DAY: Final = dt.timedelta(days=1)
NEW_YEAR: Final = dt.datetime(2028, 1, 2, 12, tzinfo=dt.UTC)
MARCH: Final = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)

Begin = Callable[[str, dt.datetime], Life]


@pytest.fixture
def begin(server: Server) -> Iterator[Begin]:
    """A life with one member by a program of the model."""
    drivers: list[Driver] = []
    fresh = server.create()

    def life(name: str, now: dt.datetime) -> Life:
        subject = SUBJECTS[name]
        drivers.append(Driver(fresh.url, subject.source(), subject.currency))
        drivers[-1].set_clock(now)
        made = Life(drivers[-1], subject, now)
        made.enrol()
        return made

    yield life
    for driver in drivers:
        driver.close()
    server.drop(fresh)


def goods(amount: int) -> tuple[Line, ...]:
    return (Line("x", 1000, amount),)


def agree(life: Life) -> None:
    """Everything is as the oracle has it, and the tables hold."""
    instants = (life.now + compare.AHEAD, life.now - compare.BACK)
    for name, answer in zip(
        life.ids, life.driver.answers(list(life.ids.values()), instants), strict=True
    ):
        compare.member(life.world, name, answer, life.now)
    compare.same(life.driver.broken(list(life.ids.values())), [], "tables")


def test_a_receipt_shows_the_tier_after_the_returns_that_waited(begin: Begin) -> None:
    life = begin("fuel", MARCH)
    life.bring_back("p", "pos", None, life.now)
    # 49 would be "mid" on the ladder `patient`; all of it is back already. `buy` compares.
    life.buy(("p", life.member(0), goods(4999), life.now), "pos")
    agree(life)


def test_a_tier_that_was_set_leaves_with_a_return_that_waited(begin: Begin) -> None:
    life = begin("coffee", MARCH)
    life.bring_back("p", "pos", None, life.now)
    life.buy(("p", life.member(0), goods(25_000), life.now), "pos")  # would be gold for 2 months
    agree(life)


def test_a_waiting_return_counts_what_expired_at_once_as_taken(begin: Begin) -> None:
    life = begin("fuel", NEW_YEAR)
    life.buy(("kept", life.member(0), goods(10_000), life.now), "pos")
    life.bring_back("p", "pos", None, life.now)
    # Its cents lapsed with the year: none of the other purchase's may go for them.
    life.buy(("p", life.member(0), goods(5000), NEW_YEAR - 5 * DAY), "pos")
    assert life.world.balance(life.member(0), "cents", life.now).available == 200
    agree(life)


def test_a_claim_of_what_came_back_tells_so_in_events(begin: Begin) -> None:
    life = begin("coffee", MARCH)
    life.buy_unmatched("stray", goods(5000), life.now, "web")
    (key,) = life.world.purchases
    life.bring_back(key, "web", None, life.now)
    life.claim(life.member(0), "stray")
    agree(life)


def test_a_claim_of_what_came_back_gives_its_budget_back(begin: Begin) -> None:
    life = begin("coffee", MARCH)
    life.buy_unmatched("stray", goods(25_000), life.now, "app")  # 20 and 75 of a budget of 100
    (key,) = life.world.purchases
    life.bring_back(key, "app", None, life.now)
    life.claim(life.member(0), "stray")
    life.buy(("p", life.member(0), goods(25_000), life.now), "app")
    assert life.world.purchases["p"].earned["stars"] == 95
    agree(life)


def test_a_qualifying_clawback_takes_effect_when_its_purchase_took_place(begin: Begin) -> None:
    life = begin("fuel", MARCH)
    life.buy(("a", life.member(0), goods(6000), life.now), "pos")
    life.adjust(life.member(0), "status", -60)
    life.wait(30 * DAY)
    life.buy(("b", life.member(0), goods(10_000), life.now), "pos")
    # The units of `a` are gone, so units of `b` go; but what counts no more is `a`.
    life.bring_back("a", "pos", None, life.now)
    agree(life)


def test_a_purchase_of_long_ago_has_a_tier_that_has_ended(begin: Begin) -> None:
    life = begin("plain", MARCH)
    life.wait(300 * DAY)
    # 101 are silver for 60 days, 100 days ago; nothing else has been recorded since enrolment.
    life.buy(("p", life.member(0), goods(10_100), life.now - 100 * DAY), "pos")
    agree(life)


def test_a_debt_is_paid_by_a_late_purchase_past_its_expiry(begin: Begin) -> None:
    life = begin("fuel", NEW_YEAR)
    life.buy(("a", life.member(0), goods(20_000), life.now), "pos")
    life.wait(3 * DAY)
    life.adjust(life.member(0), "miles", -304)
    life.bring_back("a", "pos", None, life.now)  # 304 miles of debt
    life.buy(("late", life.member(0), goods(10_000), life.now - 50 * DAY), "pos")
    assert life.world.balance(life.member(0), "miles", life.now).debt == 304 - 154
    agree(life)


def test_what_happens_at_the_end_of_a_tier_is_judged_alike_in_time_and_late(begin: Begin) -> None:
    life = begin("coffee", MARCH)
    life.enrol()
    life.buy(("a", life.member(0), goods(10_000), life.now), "pos")
    due = life.world.ladder(life.member(0), "main", life.now).due()
    assert due is not None
    life.wait(due - life.now)
    life.buy(("b", life.member(0), goods(10_000), due), "pos")
    life.buy(("c", life.member(1), goods(10_000), due), "pos")
    life.buy(("d", life.member(1), goods(10_000), life.world.purchases["a"].at), "pos")
    agree(life)


def test_a_correction_ends_a_tier_that_goes_at_once(begin: Begin) -> None:
    life = begin("fuel", MARCH)
    life.buy(("a", life.member(0), goods(6000), life.now), "pos")
    assert life.world.tier(life.member(0), "main", life.now) == "red"
    life.adjust(life.member(0), "status", -1)
    assert life.world.tier(life.member(0), "main", life.now) == "blue"
    agree(life)
