"""Holds end by themselves: what they kept is free, without a job, and what is over lapses."""

import datetime as dt

from service.domain.purchases.types import HoldState
from tests.flows.counter import (
    buy,
    held,
    hold,
    quote,
    report,
    rich,
    unique,
)
from tests.flows.shop import Shop, day, goods


async def test_a_hold_times_out_without_a_job(checkout: Shop) -> None:
    """No pass of any job: the balance, a quote and another checkout see at once what is free."""
    ola, jan = await rich(checkout, "1"), await rich(checkout, "2", 0)
    (code,) = await unique(checkout)
    lines = (goods(3_000), goods(25_000, category="lamp"))
    kept = await hold(checkout, "c1", ola, *lines, coupons=(code,), points=800, hold_for=60)
    assert (kept.discount, await held(checkout, ola)) == (5_700, (200, 800))

    await checkout.show(kept.due_at)

    assert await held(checkout, ola) == (1_000, 0)
    assert (await checkout.reads.hold(kept.id)).state is HoldState.TIMED_OUT
    asked = await quote(checkout, jan, *lines, coupons=(code,))
    assert asked.discount == 5_700
    other = await hold(checkout, "c9", ola, goods(3_000), points=1_000, channel="pos")
    assert other.due == 2_000
    bought = await buy(checkout, "p1", jan, *lines, coupons=(code,))
    assert bought.discount == 5_700


async def test_until_its_time_everything_is_kept(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    kept = await hold(checkout, "c1", ola, goods(3_000), points=800, hold_for=60)

    await checkout.show(kept.due_at - dt.timedelta(seconds=5))

    assert await held(checkout, ola) == (200, 800)
    assert (await checkout.reads.hold(kept.id)).state is HoldState.OPEN


async def test_held_units_do_not_expire_and_lapse_when_they_are_free(checkout: Shop) -> None:
    """Stamps live 20 days: held a minute before, timed out after: they are gone, the time-out
    is the instant of it."""
    ola = (await checkout.enrol("1")).id
    await checkout.adjust(ola, 100, "stamps")
    await checkout.show(day(20) - dt.timedelta(minutes=1))
    cake = goods(3_000, category="cake")
    kept = await hold(checkout, "c1", ola, cake, stamps=70, hold_for=600)
    await checkout.show(day(20) + dt.timedelta(minutes=1))
    assert await held(checkout, ola, "stamps") == (0, 70)

    await checkout.show(kept.due_at)

    assert await held(checkout, ola, "stamps") == (0, 0)
    await checkout.settle()
    lapsed = [one for one in await checkout.entries(ola, "stamps") if one[0] == "expired"]
    assert [one[1] for one in lapsed] == [-30, -70]
    assert lapsed[1][3] == kept.due_at


async def test_debt_is_not_paid_by_held_units_until_they_are_free(checkout: Shop) -> None:
    """200 points, all held; 100 more were paid at a till: a debt, which the time-out pays."""
    ola = await rich(checkout, "1", 200)
    kept = await hold(checkout, "c1", ola, goods(3_000), points=200, hold_for=60)
    await report(checkout, "p1", ola, goods(300), points=100)

    assert await checkout.balance(ola) == (0, 0, 97)  # 3 earned pay first
    await checkout.show(kept.due_at)
    assert await checkout.balance(ola) == (103, 0, 0)
