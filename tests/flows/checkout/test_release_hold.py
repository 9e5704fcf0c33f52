"""Letting go of holds: by whoever placed them, again, and too late."""

import datetime as dt

import pytest

from service.domain.holds.errors import HoldClosed, HoldNotFound
from service.domain.purchases.types import HoldState
from service.kernel.ids import new_id
from tests.flows.counter import (
    buy,
    held,
    hold,
    nothing_written,
    quote,
    release,
    report,
    rich,
    unique,
)
from tests.flows.shop import Shop, day, goods


async def test_what_was_held_is_free_again(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1"), await rich(checkout, "2", 0)
    (code,) = await unique(checkout)
    lamp = goods(25_000, category="lamp")
    kept = await hold(
        checkout, "c1", ola, goods(3_000), lamp, coupons=(code, "FEW-LEFT"), points=800
    )

    released = await release(checkout, kept.id)

    assert (released.replayed, released.body.state) == (False, HoldState.RELEASED)
    assert released.body.closed_at is not None
    assert released.body.wallets["points"].available == 1_000
    assert await held(checkout, ola) == (1_000, 0)
    assert await checkout.count("coupon_hold") == 0
    asked = await quote(checkout, jan, lamp, coupons=(code, "FEW-LEFT"))
    assert asked.discount == 5_000 + 700 + 100
    kind, data = (await checkout.events(ola))[-1]
    assert kind == "hold.released"
    assert data["changes"] == [
        {"wallet": "points", "amount": 0, "pending": 0, "held": -800, "debt": 0}
    ]


async def test_released_twice_is_released_once(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    kept = await hold(checkout, "c1", ola, goods(3_000), points=500)
    first = await release(checkout, kept.id)

    async with nothing_written(checkout):
        again = await release(checkout, kept.id)

    assert (again.replayed, again.body.closed_at) == (True, first.body.closed_at)


async def test_one_that_has_timed_out_is_answered_as_that(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    kept = await hold(checkout, "c1", ola, goods(3_000), points=500, hold_for=60)
    await checkout.show(kept.due_at)

    async with nothing_written(checkout):
        answer = await release(checkout, kept.id)

    assert (answer.replayed, answer.body.state) == (True, HoldState.TIMED_OUT)
    assert answer.body.closed_at == kept.due_at


async def test_one_that_was_captured_is_not_released(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    kept = await hold(checkout, "c1", ola, goods(3_000), points=500)
    await buy(checkout, "p1", ola, goods(3_000), points=500, hold_id=kept.id)

    async with nothing_written(checkout):
        with pytest.raises(HoldClosed) as refused:
            await release(checkout, kept.id)

    assert refused.value.state == "captured"


async def test_there_is_none(checkout: Shop) -> None:
    async with nothing_written(checkout):
        with pytest.raises(HoldNotFound):
            await release(checkout, new_id())


async def test_nobodys_hold_is_released_too(checkout: Shop) -> None:
    (code,) = await unique(checkout)
    kept = await hold(checkout, "c1", None, goods(3_000), coupons=(code,))

    assert (await release(checkout, kept.id)).body.member_id is None
    assert (await buy(checkout, "p1", None, goods(3_000), coupons=(code,))).discount == 700


async def test_released_units_pay_debt_first(checkout: Shop) -> None:
    """All 500 are held; 300 more are paid at a till, 3 are earned there: a debt of 297."""
    ola = await rich(checkout, "1", 500)
    kept = await hold(checkout, "c1", ola, goods(3_000), points=500)
    await report(checkout, "p1", ola, goods(300), points=300)
    assert await checkout.balance(ola) == (0, 0, 297)

    await release(checkout, kept.id)

    assert await checkout.balance(ola) == (203, 0, 0)


async def test_released_after_their_time_units_lapse_at_once(checkout: Shop) -> None:
    """100 stamps end at day 20, 70 of them are held by then and let go an hour later."""
    ola = (await checkout.enrol("1")).id
    await checkout.adjust(ola, 100, "stamps")
    await checkout.show(day(20) - dt.timedelta(hours=1))
    cake = goods(3_000, category="cake")
    kept = await hold(checkout, "c1", ola, cake, stamps=70, hold_for=86_400)
    await checkout.show(day(20) + dt.timedelta(hours=1))
    assert await held(checkout, ola, "stamps") == (0, 70)

    released = await release(checkout, kept.id)

    assert await held(checkout, ola, "stamps") == (0, 0)
    lapsed = [one for one in await checkout.entries(ola, "stamps") if one[0] == "expired"]
    assert [one[1] for one in lapsed] == [-30, -70]
    assert lapsed[1][3] == released.body.closed_at
