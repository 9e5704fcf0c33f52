"""Tills, web shops and time at once on two processes: what is scarce is given away once.

F15-F23 of the fault list, as far as they concern quotes, holds, coupons and units that pay. After
each, the whole ledger is verified: budgets, codes and holds too.
"""

import asyncio
import datetime as dt
import functools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from service.domain.coupons.types import IssueCoupon
from service.domain.idempotency.errors import IdempotencyKeyInUse, IdempotencyKeyReused
from service.domain.purchases.types import HoldState, Mode
from service.domain.wallets.types import Adjust
from tests.databases import Fresh
from tests.flows.counter import (
    CHECKOUT,
    beyond,
    extend,
    held,
    hold,
    quote,
    rich,
    unique,
)
from tests.flows.races import (
    DONE,
    at_once,
    buying,
    given_off,
    holding,
    releasing,
    until,
)
from tests.flows.shop import TILL, Shop, goods
from tests.flows.test_concurrency import Two, two_processes

pytestmark = pytest.mark.xdist_group("machine")  # one at a time: each keeps it busy


@pytest.fixture
async def two(database: Fresh) -> AsyncIterator[Two]:
    """Two processes with the program of the counter, on the real clock, each with its jobs."""
    async with two_processes(database, CHECKOUT) as shops:
        yield shops


async def when_free(ask: Callable[[], Awaitable[Any]]) -> Any:
    """What is answered once nothing else is running under the key."""
    while True:
        try:
            return await ask()
        except IdempotencyKeyInUse:
            await asyncio.sleep(0.01)


# ------------------------------------------------------------------ one request, many times


async def test_f17_one_purchase_sent_fifty_times_takes_once(two: Two) -> None:
    """Points, a unique code, a use of FEW, and a share of a budget."""
    ola = await rich(two.one, "1")
    (code,) = await unique(two.one)
    given: dict[str, Any] = {"coupons": (code, "FEW-LEFT"), "points": 500}
    lamp = goods(20_000, category="lamp")

    found = await at_once(
        [buying(two.of(n), "p1", ola if n % 3 else "1", lamp, **given) for n in range(50)]
    )

    assert Counter(found) == {DONE: 1, "replayed": 49}
    assert await held(two.other, ola) == (500 + 152, 0)
    assert await beyond(two.one, "lamps") == (1_000, 0)
    assert await beyond(two.one, "coupon:FEW") == (2, 0)


async def test_f17_one_checkout_held_fifty_times_is_held_once(two: Two) -> None:
    ola = await rich(two.one, "1")
    (code,) = await unique(two.one)

    found = await at_once(
        [
            holding(two.of(n), "c1", ola, goods(3_000), coupons=(code,), points=500)
            for n in range(50)
        ]
    )

    assert Counter(found) == {DONE: 1, "replayed": 49}
    assert await held(two.other, ola) == (500, 500)
    assert await two.one.count("hold") == 1


async def test_f17_so_is_nobodys(two: Two) -> None:
    (code,) = await unique(two.one)

    found = await at_once(
        [holding(two.of(n), "c1", None, goods(3_000), coupons=(code,)) for n in range(30)]
    )

    assert Counter(found) == {DONE: 1, "replayed": 29}
    assert await two.one.count("hold") == 1


async def test_f16_of_two_baskets_under_one_checkout_one_is_held(two: Two) -> None:
    """Ten times 300 and ten times 400: whichever came last, and nothing of the others."""
    ola = await rich(two.one, "1")

    found = await at_once(
        [holding(two.of(n), "c1", ola, goods(3_000), points=300 + 100 * (n % 2)) for n in range(20)]
    )

    assert set(found) <= {DONE, "replayed"}
    assert await held(two.one, ola) in {(700, 300), (600, 400)}
    async with two.one.db.reading() as tx:
        still = await tx.connection.fetchval("select count(*) from hold where state = 0")
    assert still == 1


async def test_f16_one_key_is_of_one_verb_member_and_content(two: Two) -> None:
    """Four writes under one Idempotency-Key, ten times each: one of them happens, and once; the
    others learn nothing of it."""
    ola, jan = await rich(two.one, "1", 0), await rich(two.one, "2", 0)
    ten, nine = (Adjust(wallet="points", amount=n, reason="by hand") for n in (10, 9))
    gift, key = IssueCoupon(template="NEXT5", reason="by hand"), "key-of-all-4"
    asked: list[Callable[[], Awaitable[Any]]] = []
    for n in range(10):
        verbs = two.of(n).verbs
        asked += [
            functools.partial(verbs.adjust_wallet, TILL, ola, ten, key),
            functools.partial(verbs.adjust_wallet, TILL, ola, nine, key),
            functools.partial(verbs.adjust_wallet, TILL, jan, ten, key),
            functools.partial(verbs.issue_coupon, TILL, ola, gift, key),
        ]

    found = await at_once([functools.partial(when_free, one) for one in asked])

    assert Counter(found) == {DONE: 1, "replayed": 9, "IdempotencyKeyReused": 30}
    points = [(await held(two.other, member))[0] for member in (ola, jan)]
    assert points in ([10, 0], [9, 0], [0, 10], [0, 0])
    given = await two.one.count("coupon")
    assert (sum(points) > 0) + given == 1
    with pytest.raises(IdempotencyKeyReused) as refused:
        await two.one.verbs.issue_coupon(TILL, jan, gift, key)
    assert refused.value.members() == {}


async def test_f16_of_two_contents_under_one_key_one_is_recorded(two: Two) -> None:
    """The same lines, other coupons: another purchase."""
    ola = await rich(two.one, "1", 0)
    coupons = (("FEW-LEFT",), ("TENTH10",))

    found = await at_once(
        [buying(two.of(n // 2), "p1", ola, goods(3_000), coupons=coupons[n % 2]) for n in range(20)]
    )

    assert Counter(found) == {DONE: 1, "replayed": 9, "NaturalKeyReused": 10}
    assert await given_off(two.one) in {100, 300}


# ------------------------------------------------------------------ the last units


async def test_f19_the_last_points_are_spent_once(two: Two) -> None:
    """100 points and 100 purchases that want them, by card and by id, in three channels."""
    ola = await rich(two.one, "1", 100)
    channels = ("web", "app", "pos")

    found = await at_once(
        [
            buying(
                two.of(n), f"p{n}", ola if n % 2 else "1", goods(200), points=100,
                channel=channels[n % 3],
            )
            for n in range(100)
        ]
    )  # fmt: skip

    assert Counter(found) == {DONE: 1, "InsufficientPoints": 99}
    assert await held(two.other, ola) == (2, 0)
    assert await two.one.count("purchase") == 1


async def test_f19_holds_and_purchases_share_the_last_points(two: Two) -> None:
    """500 points, wanted by 20 checkouts and 20 tills 100 at a time: five get them."""
    ola = await rich(two.one, "1", 500)
    tobacco = (goods(200), goods(100, category="tobacco"))

    found = await at_once(
        [
            holding(two.of(n), f"c{n}", ola, *tobacco, points=100)
            if n % 2
            else buying(two.of(n // 2), f"p{n}", ola, *tobacco, points=100)
            for n in range(40)
        ]
    )

    assert Counter(found) == {DONE: 5, "InsufficientPoints": 35}
    bought = await two.one.count("purchase")
    assert await held(two.one, ola) == (2 * bought, 100 * (5 - bought))


# ------------------------------------------------------------------ the end of a hold


async def test_f20_a_hold_is_captured_once(two: Two) -> None:
    """Ten purchases name it, each of its own key."""
    ola = await rich(two.one, "1")
    kept = await hold(two.one, "c1", ola, goods(3_000), points=900)

    found = await at_once(
        [
            buying(two.of(n), f"p{n}", ola, goods(3_000), points=900, hold_id=kept.id)
            for n in range(10)
        ]
    )

    assert Counter(found) == {DONE: 1, "HoldClosed": 9}
    assert await held(two.one, ola) == (130, 0)


async def test_f20_capture_release_and_time_out_have_one_winner(two: Two) -> None:
    """Twenty holds fall due in a second; just then each is captured, released, extended, and
    looked for by the job."""
    members = [await rich(two.one, f"{n}", 500) for n in range(20)]
    holds = [
        await hold(two.of(n), "c1", member, goods(3_000), points=500, hold_for=2)
        for n, member in enumerate(members)
    ]
    await until(two.one, holds[10].due_at - dt.timedelta(milliseconds=40))

    asked: list[Callable[[], Awaitable[Any]]] = []
    for n, (member, kept) in enumerate(zip(members, holds, strict=True)):
        asked += [
            buying(two.of(n), f"p{n}", member, goods(3_000), points=500, hold_id=kept.id),
            releasing(two.of(n + 1), kept.id),
            two.of(n).settle,
        ]
    found = await at_once(asked)

    for n, (member, kept) in enumerate(zip(members, holds, strict=True)):
        captured, released = found[3 * n : 3 * n + 2]
        state = (await two.one.reads.hold(kept.id)).state
        balance = await held(two.other, member)
        if state is HoldState.CAPTURED:
            assert (captured, released, balance) == (DONE, "HoldClosed", (30, 0))
        elif state is HoldState.RELEASED:
            assert (captured, released, balance) == ("HoldClosed", DONE, (500, 0))
        else:
            assert state is HoldState.TIMED_OUT
            assert (captured, released, balance) == ("HoldTimedOut", "replayed", (500, 0))


async def test_f20_an_extension_and_an_end_at_once(two: Two) -> None:
    """Whoever is first: it is open until later, or it has ended and stays so."""
    members = [await rich(two.one, f"{n}", 500) for n in range(10)]
    holds = [
        await hold(
            two.of(n), "c1", member, goods(3_000), goods(1_000, category="lamp"), points=500,
            coupons=("FIRST-100",),
        )
        for n, member in enumerate(members)
    ]  # fmt: skip

    asked: list[Callable[[], Awaitable[Any]]] = []
    for n, kept in enumerate(holds):
        asked += [
            functools.partial(extend, two.of(n), kept.id, 7_200),
            releasing(two.of(n + 1), kept.id),
        ]
    found = await at_once(asked)

    assert set(found[::2]) <= {DONE, "HoldClosed"}
    assert set(found[1::2]) == {DONE}
    assert [await held(two.one, member) for member in members] == [(500, 0)] * 10
    assert (await quote(two.one, None, goods(100), coupons=("FIRST-100",))).discount == 100


async def test_f20_more_than_was_held_is_never_captured(two: Two) -> None:
    """1,000 points, 500 of them held. A till wants 500, the checkout now wants 600: one of them
    gets what it wants, whoever is first."""
    members = [await rich(two.one, f"{n}") for n in range(10)]
    holds = [await hold(two.one, "c1", member, goods(3_000), points=500) for member in members]
    asked: list[Callable[[], Awaitable[Any]]] = []
    for n, (member, kept) in enumerate(zip(members, holds, strict=True)):
        asked += [
            buying(two.of(n), f"a{n}", member, goods(3_000), points=500, channel="pos"),
            buying(two.of(n + 1), f"b{n}", member, goods(3_100), points=600, hold_id=kept.id),
        ]

    found = await at_once(asked)

    for n, member in enumerate(members):
        pair = tuple(found[2 * n : 2 * n + 2])
        balance = await held(two.one, member)
        if pair == (DONE, "InsufficientPoints"):
            assert balance == (30, 500)
        else:
            assert (pair, balance) == (("InsufficientPoints", DONE), (431, 0))


async def test_f20_what_a_till_reports_of_a_hold_that_ends_is_recorded(two: Two) -> None:
    """Reported and released at once: the sale stands; what was free by then is taken, once."""
    members = [await rich(two.one, f"{n}", 500) for n in range(10)]
    holds = [await hold(two.one, "c1", member, goods(3_000), points=500) for member in members]
    asked: list[Callable[[], Awaitable[Any]]] = []
    for n, (member, kept) in enumerate(zip(members, holds, strict=True)):
        asked += [
            buying(
                two.of(n), f"p{n}", member, goods(3_000), points=500, hold_id=kept.id,
                mode=Mode.RECORD,
            ),
            releasing(two.of(n + 1), kept.id),
        ]  # fmt: skip

    found = await at_once(asked)

    assert set(found[::2]) == {DONE}
    assert set(found[1::2]) <= {DONE, "HoldClosed"}
    assert [await two.one.balance(member) for member in members] == [(30, 0, 0)] * 10


# ------------------------------------------------------------------ time


async def test_f21_units_that_end_between_quote_and_purchase(checkout: Shop) -> None:
    ola = (await checkout.enrol("1")).id
    await checkout.adjust(ola, 100, "stamps")
    cake = goods(3_000, category="cake")
    end = dt.datetime(2026, 3, 22, 10, 1, tzinfo=dt.UTC)
    await checkout.show(end - dt.timedelta(minutes=2))
    asked = await quote(checkout, ola, cake, stamps=100)
    await checkout.show(end)

    found = await at_once([buying(checkout, "p1", ola, cake, stamps=100, quote_id=asked.quote_id)])

    assert (asked.due, found) == (2_000, ["InsufficientPoints"])
    assert await held(checkout, ola, "stamps") == (0, 0)


async def test_f21_the_sweep_and_purchases_at_the_moment_they_end(two: Two) -> None:
    """100 stamps of each of ten members end; five passes of the job, 30 purchases and ten holds at
    that moment: nobody spends them, they lapse once."""
    members = [(await two.one.enrol(f"{n}")).id for n in range(10)]
    for member in members:
        await two.one.adjust(member, 100, "stamps")
    for shop in two:
        shop.db.clock_offset += dt.timedelta(days=21)
    cake = goods(3_000, category="cake")

    asked: list[Callable[[], Awaitable[Any]]] = [two.of(n).settle for n in range(5)]
    for n, member in enumerate(members):
        asked += [buying(two.of(k), f"p{n}-{k}", member, cake, stamps=50) for k in range(3)]
        asked.append(holding(two.of(n), "c1", member, cake, stamps=100))
    found = await at_once(asked)

    assert Counter(found) == {DONE: 5, "InsufficientPoints": 40}
    await two.one.settle()
    for member in members:
        lapsed = [e[:3] for e in await two.one.entries(member, "stamps")]
        assert lapsed == [("adjusted", 100, 0), ("expired", -100, 0)]
