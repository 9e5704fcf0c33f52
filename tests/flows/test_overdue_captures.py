"""Purchases that name a hold which has timed out."""

import datetime as dt
from typing import Any

import pytest

from service.domain.holds.errors import HoldTimedOut
from service.domain.purchases.types import HoldState, Mode
from service.flows.steps.checkout import holding
from tests.flows.counter import (
    CHECKOUT,
    beyond,
    buy,
    held,
    hold,
    nothing_written,
    report,
    rich,
    unique,
)
from tests.flows.shop import Shop, another, goods

MINUTE = dt.timedelta(minutes=1)
LAMP = goods(20_000, category="lamp")
TEA = goods(3_000, category="tea")
DEARER = CHECKOUT.replace(
    "discount: {percent: 10, where: {category: tea}}",
    "discount: {percent: 1, where: {category: tea}}",
)


async def row(shop: Shop, sql: str) -> tuple[Any, ...]:
    """The only row."""
    async with shop.db.reading() as tx:
        return tuple(await tx.connection.fetchrow(sql))


async def test_after_its_time_payment_must_not_begin(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    kept = await hold(checkout, "c1", ola, goods(3_000), points=500, hold_for=60)
    await checkout.show(kept.due_at)

    async with nothing_written(checkout):
        with pytest.raises(HoldTimedOut) as refused:
            await buy(checkout, "p1", ola, goods(3_000), points=500, hold_id=kept.id)

    assert refused.value.due_at == kept.due_at
    assert (await buy(checkout, "p1", ola, goods(3_000), points=500)).due == 2_500


@pytest.mark.parametrize("settled", [False, True])
async def test_what_was_paid_by_then_is_recorded_as_it_was_pinned(
    checkout: Shop, settled: bool
) -> None:
    """Everything is still there: nothing is overrun, whether or not a job has been by."""
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)
    given: dict[str, Any] = {"coupons": (code, "FEW-LEFT"), "points": 500}
    kept = await hold(checkout, "c1", ola, TEA, LAMP, hold_for=60, **given)
    await checkout.publish(DEARER, None)
    await checkout.show(kept.due_at + MINUTE)
    if settled:
        await checkout.settle()

    receipt = await report(checkout, "p1", ola, TEA, LAMP, hold_id=kept.id, **given)

    assert (receipt.discount, receipt.due, receipt.overrun) == (5_100, 17_400, False)
    assert (receipt.program_version, receipt.hold_id) == (1, kept.id)
    assert await held(checkout, ola) == (679, 0)
    assert await beyond(checkout, "lamps") == (1_000, 0)
    assert await beyond(checkout, "coupon:FEW") == (2, 0)
    assert (await checkout.reads.hold(kept.id)).state is HoldState.TIMED_OUT


async def test_what_others_took_meanwhile_is_an_overrun_of_each(checkout: Shop) -> None:
    """The points are spent, the code is used, FEW is used up, the lamps' 50.00 are given out: what
    the customer was promised stands, and each is counted apart."""
    ola, jan = await rich(checkout, "1"), await rich(checkout, "2", 0)
    (code,) = await unique(checkout)
    given: dict[str, Any] = {"coupons": (code, "FEW-LEFT"), "points": 500}
    kept = await hold(checkout, "c1", ola, LAMP, hold_for=60, **given)
    assert kept.discount == 4_000 + 700 + 100
    await checkout.show(kept.due_at)
    await buy(checkout, "p1", ola, goods(1_800, category="tobacco"), goods(1_800), points=900)
    assert await held(checkout, ola) == (118, 0)  # 100 left, 18 earned on what earns
    for n in range(3):
        await buy(checkout, f"few{n}", jan, goods(100), coupons=("FEW-LEFT",))
    await buy(checkout, "p2", jan, goods(25_000, category="lamp"), coupons=(code,))

    receipt = await report(checkout, "p3", ola, LAMP, hold_id=kept.id, **given)

    assert (receipt.discount, receipt.due, receipt.overrun) == (4_800, 14_700, True)
    # 118 of 500 are there: 382 are owed; 152.00 earn 152, which pay: 230 are left to pay
    assert await checkout.balance(ola) == (0, 0, 230)
    assert await beyond(checkout, "lamps") == (0, 4_000)
    assert await beyond(checkout, "coupon:FEW") == (0, 1)
    assert await row(checkout, "select used, uses_max from coupon") == (1, 1)
    kind, data = [e for e in await checkout.events(ola) if e[0] == "purchase.recorded"][-1]
    assert data["overruns"] == ["coupon:FEW", "coupon:UNIQUE", "lamps", "points"], kind


async def test_with_another_basket_it_is_decided_anew_then(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    kept = await hold(checkout, "c1", ola, TEA, points=500, hold_for=60)
    await checkout.publish(DEARER, None)
    await checkout.show(kept.due_at + MINUTE)

    receipt = await report(checkout, "p1", ola, TEA, goods(100), points=500, hold_id=kept.id)

    assert (receipt.discount, receipt.program_version, receipt.due) == (30, 2, 2_570)


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_code_that_was_given_on_in_the_instant_of_its_end_is_not_used_twice(
    checkout: Shop, monkeypatch: pytest.MonkeyPatch, mode: Mode
) -> None:
    """Found open, and overdue by who wants the code, before the purchase takes it."""
    ola = await rich(checkout, "1", 0)
    (code,) = await unique(checkout)
    kept = await hold(checkout, "c1", ola, TEA, coupons=(code,), hold_for=60)
    other = Shop(checkout.db, another(checkout.db))
    await other.built.start()
    capturing, came = holding.capturing, list[Any]()

    async def late(*given: Any) -> None:
        await capturing(*given)
        if not came:
            await checkout.show(kept.due_at + MINUTE)
            came.append(None)  # before the other comes here
            came.append(await buy(other, "p2", None, goods(900), coupons=(code,)))

    monkeypatch.setattr(holding, "capturing", late)
    paying = {"coupons": (code,), "hold_id": kept.id, "mode": mode}

    if mode is Mode.AUTHORISE:
        with pytest.raises(HoldTimedOut):
            await buy(checkout, "p1", ola, TEA, **paying)
    else:
        receipt = await buy(checkout, "p1", ola, TEA, **paying)
        assert (receipt.discount, receipt.overrun) == (1_000, True)

    assert came[1].discount == 700
    assert await row(checkout, "select used, uses_max from coupon") == (1, 1)
    assert await checkout.count("purchase_overrun") == (mode is Mode.RECORD)
    await other.built.gate.drain()
