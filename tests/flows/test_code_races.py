"""Codes and money of budgets, wanted by many at once on two processes: each given away once (F23).

After each test the whole ledger is verified: budgets, codes and holds too.
"""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from service.domain.purchases.types import AskQuote, Mode
from service.kernel.errors import ExpectedError
from service.kernel.values import Client
from tests.databases import Fresh
from tests.flows.counter import (
    CHECKOUT,
    basket,
    beyond,
    buy,
    held,
    quote,
    release,
    report,
    rich,
    unique,
)
from tests.flows.coupon_shop import give
from tests.flows.races import (
    DONE,
    at_once,
    buying,
    came_with,
    given_off,
    holding,
    releasing,
    until,
)
from tests.flows.shop import TILL, goods
from tests.flows.test_concurrency import Two, patient, two_processes

pytestmark = pytest.mark.xdist_group("machine")  # one at a time: each keeps it busy


@pytest.fixture
async def two(database: Fresh) -> AsyncIterator[Two]:
    """Two processes with the program of the counter, on the real clock, each with its jobs."""
    async with two_processes(database, CHECKOUT) as shops:
        yield shops


# ------------------------------------------------------------------ codes


async def test_f23_a_code_for_a_hundred_is_used_by_a_hundred(two: Two) -> None:
    """1,000 purchases of nobody in particular."""
    found = await at_once(
        [
            buying(two.of(n), f"p{n}", None, goods(1_000), coupons=("FIRST-100",))
            for n in range(1_000)
        ]
    )

    assert Counter(found) == {DONE: 100, "CouponsRefused": 900}
    assert await beyond(two.one, "coupon:HUNDRED") == (0, 0)
    assert await two.one.count("purchase") == 100
    assert await two.one.count("coupon_use") == 100


async def test_f23_once_a_member_is_once_on_all_devices(two: Two) -> None:
    """Twenty purchases and twenty holds of one member from two devices."""
    ola = await rich(two.one, "1", 0)
    devices = [Client(device=f"phone-{n}") for n in range(2)]

    found = await at_once(
        [
            (holding if n % 2 else buying)(
                two.of(n), f"k{n}", ola if n % 3 else "1", goods(1_000), coupons=("ONCE-EACH",),
                client=devices[n // 2 % 2],
            )
            for n in range(40)
        ]
    )  # fmt: skip

    assert Counter(found) == {DONE: 1, "CouponsRefused": 39}


async def test_f23_twice_is_twice_with_purchases_that_name_their_holds(two: Two) -> None:
    """GIVE-FIVE is twice a member's: of ten checkouts two are held, and those two are captured."""
    ola = await rich(two.one, "1", 0)
    placed = await asyncio.gather(
        *(
            came_with(holding(two.of(n), f"c{n}", ola, goods(3_000), coupons=("GIVE-FIVE",)))
            for n in range(10)
        )
    )
    kept = [answer.body for answer in placed if not isinstance(answer, ExpectedError)]

    found = await at_once(
        [
            buying(
                two.of(n), f"p{n}", ola, goods(3_000), coupons=("GIVE-FIVE",),
                hold_id=kept[n % 2].id,
            )
            for n in range(10)
        ]
    )  # fmt: skip

    assert len(kept) == 2
    assert Counter(found) == {DONE: 2, "HoldClosed": 8}
    assert await beyond(two.one, "coupon:FIVE") == (98, 0)


async def test_f23_a_unique_code_at_fifty_tills_is_used_at_one(two: Two) -> None:
    members = [await rich(two.one, f"{n}", 0) for n in range(10)]
    (code,) = await unique(two.one)

    found = await at_once(
        [
            buying(
                two.of(n), f"p{n}", members[n % 10] if n % 2 else None, goods(1_000),
                coupons=(code.lower() if n % 3 else code,),
            )
            for n in range(50)
        ]
    )  # fmt: skip

    assert Counter(found) == {DONE: 1, "CouponsRefused": 49}
    assert await given_off(two.one) == 700


async def test_f23_a_hold_and_a_purchase_of_one_code_at_once(two: Two) -> None:
    """Of 20 codes each is held in the web and used at a till at one moment: one of the two has it,
    and the checkout whose hold it is can still pay."""
    members = [await rich(two.one, f"{n}", 0) for n in range(20)]
    codes = await unique(two.one, 20)
    asked: list[Callable[[], Awaitable[Any]]] = []
    for n, (member, code) in enumerate(zip(members, codes, strict=True)):
        asked += [
            holding(two.of(n), "c1", member, goods(1_000), coupons=(code,)),
            buying(two.of(n + 1), f"p{n}", None, goods(1_000), coupons=(code,)),
        ]

    answers = await asyncio.gather(*(came_with(ask) for ask in asked))

    for n, member in enumerate(members):
        placed, bought = answers[2 * n : 2 * n + 2]
        assert isinstance(placed, ExpectedError) is not isinstance(bought, ExpectedError)
        if isinstance(bought, ExpectedError):
            captured = await buy(
                two.one, f"w{n}", member, goods(1_000), coupons=(codes[n],),
                hold_id=placed.body.id,
            )  # fmt: skip
            assert captured.discount == 700
    assert await given_off(two.one) == 20 * 700


async def test_f23_a_personal_coupon_is_used_once(two: Two) -> None:
    ola = (await two.one.enrol("1", "2")).id
    gift = await give(two.one, ola, "NEXT5")

    found = await at_once(
        [
            buying(two.of(n), f"p{n}", "1" if n % 2 else "2", goods(1_000), coupons=(gift.code,))
            for n in range(20)
        ]
    )

    assert Counter(found) == {DONE: 1, "CouponsRefused": 19}


async def test_f23_what_tills_report_beyond_the_cap_is_counted_to_the_last(two: Two) -> None:
    """Three uses, twenty reported and twenty asked for: three within the cap, by whomever; all that
    was reported stands, and is beyond it as far as it is."""
    found = await at_once(
        [
            buying(
                two.of(n // 2), f"p{n}", None, goods(1_000), coupons=("FEW-LEFT",),
                mode=list(Mode)[n % 2],
            )
            for n in range(40)
        ]
    )  # fmt: skip

    assert Counter(found)[DONE] + Counter(found)["CouponsRefused"] == 40
    async with two.one.db.reading() as tx:
        within, over = await tx.connection.fetchrow(
            "select count(*) filter (where not overrun), count(*) filter (where overrun)"
            " from coupon_use"
        )
    assert within == 3
    assert within + over == Counter(found)[DONE]
    assert over >= 17
    assert await beyond(two.one, "coupon:FEW") == (0, 0)


# ------------------------------------------------------------------ money


async def test_a_budget_of_money_is_given_out_exactly(two: Two) -> None:
    """50.00 for lamps of 35.00, 7.00 off each. Of 500 callers at once 250 hold one for some seconds
    and abandon it, 250 pay; when the holds are over, 50 more pay. Whoever came first: 50.00 are
    given."""
    lamp = goods(3_500, category="lamp")
    members = [await rich(two.one, f"{n}", 0) for n in range(50)]
    await at_once(
        [
            (holding if n % 2 else buying)(
                two.of(n // 2), f"a{n}", members[n // 2 % 50], lamp,
                **({"hold_for": 2} if n % 2 else {}),
            )
            for n in range(500)
        ]
    )  # fmt: skip
    first = await given_off(two.one)
    async with two.one.db.reading() as tx:
        last = await tx.connection.fetchval("select max(due_at) from hold")
        kept = await tx.connection.fetchval(
            "select coalesce(sum(amount), 0)::bigint from budget_hold"
        )
    await until(two.one, last + dt.timedelta(milliseconds=50))

    found = await at_once(
        [buying(two.of(n), f"b{n}", member, lamp) for n, member in enumerate(members)]
    )

    assert set(found) == {DONE}
    assert first + kept <= 5_000
    assert await given_off(two.one) == 5_000
    assert await beyond(two.one, "lamps") == (0, 0)


async def test_abandoned_holds_leave_nothing_behind(two: Two) -> None:
    """Thirty checkouts replace and release their holds of everything, over each other."""
    members = [await rich(two.one, f"{n}") for n in range(10)]
    codes = tuple(await unique(two.one, 10))

    async def shop_around(n: int) -> None:
        member, shop = members[n % 10], two.of(n)
        for turn in range(3):
            answer = await came_with(
                holding(
                    shop, f"c{n // 10}", member, goods(3_000 + turn),
                    goods(2_000, category="lamp"), coupons=(codes[n % 10], "FEW-LEFT"), points=300,
                )
            )  # fmt: skip
            if not isinstance(answer, ExpectedError) and turn == 2:
                await patient(releasing(two.of(n + 1), answer.body.id))

    await asyncio.gather(*(shop_around(n) for n in range(30)))
    async with two.one.db.reading() as tx:
        still = [
            row[0] for row in await tx.connection.fetch("select hold_id from hold where state = 0")
        ]
    for hold_id in still:
        await release(two.one, hold_id)

    assert [await held(two.one, member) for member in members] == [(1_000, 0)] * 10
    lamp = goods(25_000, category="lamp")
    for code in codes[:3]:
        assert (await quote(two.one, None, lamp, coupons=(code, "FEW-LEFT"))).discount == 800
    assert (await quote(two.one, members[0], lamp)).discount == 5_000
    assert await two.one.count("coupon_hold") == 0


async def test_quotes_while_others_buy_are_each_of_one_moment(two: Two) -> None:
    """A quote never shows a balance and a price that were not there together: with 500 points and
    a code, either both can be had or neither."""
    ola = await rich(two.one, "1", 500)
    (code,) = await unique(two.one)
    body = basket(AskQuote, ola, goods(1_700), coupons=(code,), points=500)

    async def look(n: int) -> tuple[int, int]:
        await asyncio.sleep(0.002 * n)
        shown = await two.of(n).reads.quote(TILL, body)
        return (shown.discount, len(shown.redeemed))

    seen, _ = await asyncio.gather(
        asyncio.gather(*(look(n) for n in range(40))),
        buy(two.one, "p1", ola, goods(1_700), coupons=(code,), points=500),
    )

    assert set(seen) <= {(700, 1), (0, 0)}
    assert await report(two.one, "p2", ola, goods(100)) is not None
