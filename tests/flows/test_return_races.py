"""Returns of what was paid with points, coupons and gift cards: before, at once, twice, late.

F18 and F22 of the fault list, as far as they concern the counter. After each, the whole ledger is
verified: budgets, codes, gift cards and holds too.
"""

import functools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from service.domain.purchases.types import Mode
from tests.databases import Fresh
from tests.flows.counter import (
    CHECKOUT,
    beyond,
    buy,
    held,
    place,
    quote,
    rich,
    sale,
    unique,
)
from tests.flows.races import DONE, at_once, buying
from tests.flows.shop import TILL, Shop, brought, day, goods
from tests.flows.test_concurrency import Two, two_processes

pytestmark = pytest.mark.xdist_group("machine")  # one at a time: each keeps it busy


@pytest.fixture
async def two(database: Fresh) -> AsyncIterator[Two]:
    """Two processes with the program of the counter, on the real clock, each with its jobs."""
    async with two_processes(database, CHECKOUT) as shops:
        yield shops


def returning(
    shop: Shop, key: str, purchase: str, wanted: dict[int, int | str | None] | None = None
) -> Callable[[], Awaitable[Any]]:
    """A return to be sent."""
    return functools.partial(shop.verbs.record_return, TILL, brought(key, purchase, wanted))


async def test_f18_a_replay_after_a_month_takes_nothing_again(checkout: Shop) -> None:
    """500 points, a unique code, a use of FEW; 31 days later the till sends it once more, though
    the points have been spent since and the code has been used."""
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)
    body = sale("p1", ola, goods(10_000), coupons=(code, "FEW-LEFT"), points=500, at=day(0))
    first = await checkout.record(body)
    await checkout.adjust(ola, -400)
    before = await held(checkout, ola)
    await checkout.show(day(31))

    again = await checkout.record(body)

    assert (again.replayed, again.body) == (True, first.body)
    assert await held(checkout, ola) == before
    assert await checkout.count("coupon_use") == 2
    assert await beyond(checkout, "coupon:FEW") == (2, 0)
    assert await checkout.faults() == []


async def test_f18_a_checkout_sent_again_after_a_month_is_a_new_hold(checkout: Shop) -> None:
    """Its hold timed out long ago: it is held anew, by what there is now."""
    ola = await rich(checkout, "1")
    first = (await place(checkout, "c1", ola, goods(3_000), points=500)).body
    await checkout.show(day(31))

    again = await place(checkout, "c1", ola, goods(3_000), points=500)

    assert not again.replayed
    assert again.body.id != first.id
    assert await held(checkout, ola) == (500, 500)


async def test_f22_a_return_and_its_purchase_at_once_end_the_same(two: Two) -> None:
    """Ten purchases with 500 points, a code and a use of HUNDRED, and the return of all of each,
    which may overtake it: nothing is left of them."""
    members = [await rich(two.one, f"{n}") for n in range(10)]
    codes = await unique(two.one, 10)
    asked: list[Callable[[], Awaitable[Any]]] = []
    for n, member in enumerate(members):
        asked += [
            returning(two.of(n), f"r{n}", f"p{n}"),
            buying(
                two.of(n + 1), f"p{n}", member, goods(3_000),
                coupons=(codes[n], "FIRST-100"), points=500, mode=Mode.RECORD,
            ),
        ]  # fmt: skip

    found = await at_once(asked)

    assert found == [DONE] * 20
    assert [await held(two.other, member) for member in members] == [(1_000, 0)] * 10
    assert await beyond(two.one, "coupon:HUNDRED") == (100, 0)
    for code in codes:
        assert (await quote(two.one, None, goods(3_000), coupons=(code,))).discount == 700


async def test_f22_what_was_paid_with_points_comes_back_once(two: Two) -> None:
    """The same return twenty times, and twenty others of all that is left: one gives back."""
    ola = await rich(two.one, "1")
    await buy(two.one, "p1", ola, goods(3_000), points=500)

    found = await at_once(
        [returning(two.of(n), "r1" if n % 2 else f"other-{n}", "p1") for n in range(40)]
    )

    count = Counter(found)
    assert count[DONE] == 1
    assert count["replayed"] in {0, 19}  # whether it was the one that is sent again
    assert count["NothingToReturn"] == 39 - count["replayed"]
    assert await held(two.other, ola) == (1_000, 0)


async def test_f22_parts_never_give_back_more_than_was_paid(two: Two) -> None:
    """Four pieces, 400 points: of ten returns of three pieces one fits, then one of one piece."""
    ola = await rich(two.one, "1")
    await buy(two.one, "p1", ola, goods(4_000, 4), points=400)

    threes = await at_once([returning(two.of(n), f"t{n}", "p1", {1: 3}) for n in range(10)])
    ones = await at_once([returning(two.of(n), f"o{n}", "p1", {1: 1}) for n in range(10)])

    assert Counter(threes) == {DONE: 1, "ReturnExceedsPurchase": 9}
    assert Counter(ones)[DONE] == 1
    assert await held(two.other, ola) == (1_000, 0)


async def test_f22_a_return_after_the_points_were_spent_leaves_debt(two: Two) -> None:
    """100 euros earn 100 points, all are spent; what comes back is taken once, as debt, and 300
    points that paid for something else pay it when they come back."""
    ola = await rich(two.one, "1", 200)
    await buy(two.one, "p1", ola, goods(10_000))
    await buy(two.one, "p2", ola, goods(10_000, category="tobacco"), goods(600), points=300)

    found = await at_once([returning(two.of(n), f"r{n}", "p1") for n in range(10)])

    assert Counter(found) == {DONE: 1, "NothingToReturn": 9}
    earned_by_the_second = 6
    assert await two.one.balance(ola) == (0, 0, 100 - earned_by_the_second)
    assert await at_once([returning(two.one, "all", "p2")]) == [DONE]
    assert await two.one.balance(ola) == (200, 0, 0)
