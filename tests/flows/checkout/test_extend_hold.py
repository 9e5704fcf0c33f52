"""Holds that last longer, or shorter, than was asked for at first."""

import datetime as dt
from typing import Any

import pytest

from service.domain.holds.errors import HoldClosed, HoldNotFound, HoldTimedOut
from service.domain.purchases.types import HoldState, HoldView
from service.flows.checkout import extend_hold
from service.kernel.ids import new_id
from tests.flows.counter import (
    buy,
    extend,
    held,
    hold,
    nothing_written,
    quote,
    release,
    rich,
    unique,
)
from tests.flows.shop import Shop, another, goods

LAMP = goods(25_000, category="lamp")
SECOND = dt.timedelta(seconds=1)


async def kept_by(shop: Shop, hold_for: int = 60) -> tuple[HoldView, str]:
    """A hold of units, a unique code, a use of FEW and the whole budget of lamps; and the code."""
    ola = await rich(shop, "1")
    (code,) = await unique(shop)
    kept = await hold(
        shop, "c1", ola, LAMP, coupons=(code, "FEW-LEFT"), points=800, hold_for=hold_for
    )
    return kept, code


async def test_an_extended_hold_keeps_all_it_has(checkout: Shop) -> None:
    kept, code = await kept_by(checkout)

    longer = await extend(checkout, kept.id, 600)
    await checkout.show(kept.due_at + 100 * SECOND)

    assert kept.due_at + 530 * SECOND < longer.due_at <= kept.due_at + 600 * SECOND
    assert kept.member_id is not None
    assert await held(checkout, kept.member_id) == (200, 800)
    asked = await quote(checkout, None, LAMP, coupons=(code,))
    assert [n.reason for n in asked.not_applied] == ["needs_hold"]
    jan = await rich(checkout, "2", 0)
    assert (await quote(checkout, jan, LAMP)).discount == 0
    bought = await buy(
        checkout, "p1", kept.member_id, LAMP, coupons=(code, "FEW-LEFT"), points=800,
        hold_id=kept.id,
    )  # fmt: skip
    assert (bought.discount, bought.due) == (5_800, 25_000 - 5_800 - 800)


async def test_its_event_says_until_when(checkout: Shop) -> None:
    kept, _ = await kept_by(checkout)

    longer = await extend(checkout, kept.id, 600)

    assert kept.member_id is not None
    kind, data = (await checkout.events(kept.member_id))[-1]
    assert (kind, data["hold_id"]) == ("hold.extended", str(kept.id))
    assert dt.datetime.fromisoformat(data["due_at"]) == longer.due_at


async def test_a_hold_may_be_made_shorter(checkout: Shop) -> None:
    kept, code = await kept_by(checkout, 600)

    shorter = await extend(checkout, kept.id, 30)
    await checkout.show(shorter.due_at)

    assert shorter.due_at < kept.due_at
    assert kept.member_id is not None
    assert await held(checkout, kept.member_id) == (1_000, 0)
    assert (await checkout.reads.hold(kept.id)).state is HoldState.TIMED_OUT
    jan = await rich(checkout, "2", 0)
    assert (await quote(checkout, jan, LAMP, coupons=(code,))).discount == 5_700


async def test_an_end_that_is_moved_on_is_settled_once_there(checkout: Shop) -> None:
    """The job that comes at the old end finds nothing to do, and at the new one the hold."""
    kept, _ = await kept_by(checkout)
    longer = await extend(checkout, kept.id, 600)
    await checkout.show(kept.due_at + SECOND)
    await checkout.settle()
    assert (await checkout.reads.hold(kept.id)).state is HoldState.OPEN

    await checkout.show(longer.due_at + SECOND)
    assert await checkout.settle() == 1

    async with checkout.db.reading() as tx:
        row = await tx.connection.fetchrow("select state, closed_at from hold")
    assert tuple(row) == (3, longer.due_at)


@pytest.mark.parametrize("taken", ["used", "held"])
async def test_a_code_that_was_given_on_in_the_instant_of_its_end_is_not_kept_again(
    checkout: Shop, monkeypatch: pytest.MonkeyPatch, taken: str
) -> None:
    """Found open, and overdue by who wants the code, before the new end is written."""
    kept, code = await kept_by(checkout)
    other = Shop(checkout.db, another(checkout.db))
    await other.built.start()
    move, came = extend_hold._move, list[Any]()

    async def late(*given: Any) -> None:
        if not came:
            await checkout.show(kept.due_at + SECOND)
            take = buy if taken == "used" else hold
            came.append(await take(other, "other", None, goods(900), coupons=(code,)))
        await move(*given)

    monkeypatch.setattr(extend_hold, "_move", late)

    with pytest.raises(HoldTimedOut):
        await extend(checkout, kept.id, 600)

    assert came[0].discount == 700
    assert (await checkout.reads.hold(kept.id)).state is HoldState.TIMED_OUT
    if taken == "held":
        paid = await buy(
            checkout, "p", None, goods(900), coupons=(code,), hold_id=came[0].id
        )  # fmt: skip
        assert (paid.discount, paid.overrun) == (700, False)
    await other.built.gate.drain()


async def test_one_that_has_timed_out_is_not_extended(checkout: Shop) -> None:
    kept, _ = await kept_by(checkout)
    await checkout.show(kept.due_at)

    async with nothing_written(checkout):
        with pytest.raises(HoldTimedOut) as refused:
            await extend(checkout, kept.id, 600)

    assert refused.value.due_at == kept.due_at


@pytest.mark.parametrize("end", ["released", "captured"])
async def test_one_that_has_ended_is_not_extended(checkout: Shop, end: str) -> None:
    ola = await rich(checkout, "1")
    kept = await hold(checkout, "c1", ola, goods(3_000), points=500)
    if end == "released":
        await release(checkout, kept.id)
    else:
        await buy(checkout, "p1", ola, goods(3_000), points=500, hold_id=kept.id)

    async with nothing_written(checkout):
        with pytest.raises(HoldClosed) as refused:
            await extend(checkout, kept.id, 600)

    assert refused.value.state == end


async def test_there_is_none(checkout: Shop) -> None:
    with pytest.raises(HoldNotFound):
        await extend(checkout, new_id(), 600)
