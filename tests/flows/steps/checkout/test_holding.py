"""Purchases that stand on a hold: what it pinned, what it kept, and what becomes of it."""

import datetime as dt
from typing import Any

import pytest

from service.domain.holds.errors import HoldClosed, HoldNotFound
from service.domain.members.errors import MemberNotFound
from service.domain.purchases.basket import Tax
from service.domain.purchases.errors import CouponsRefused, HoldOfAnother
from service.domain.purchases.types import HoldState
from service.domain.wallets.errors import InsufficientPoints
from service.kernel.ids import new_id
from tests.flows.counter import (
    CHECKOUT,
    beyond,
    buy,
    held,
    hold,
    nothing_written,
    quote,
    release,
    report,
    rich,
    sale,
    unique,
)
from tests.flows.coupon_shop import void
from tests.flows.shop import Shop, bought, day, goods

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


# ------------------------------------------------------------------ with the same basket


async def test_it_is_captured_with_all_it_kept(checkout: Shop) -> None:
    """30.00 of tea, a lamp of 200.00: 3.00, 40.00, 7.00 and 1.00 off, 500 points pay 5.00."""
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)
    given: dict[str, Any] = {"coupons": (code, "FEW-LEFT"), "points": 500}
    kept = await hold(checkout, "c1", ola, TEA, LAMP, **given)

    bought_ = await buy(checkout, "p1", ola, TEA, LAMP, hold_id=kept.id, **given)

    assert (bought_.discount, bought_.due) == (5_100, 17_400)
    assert (bought_.hold_id, bought_.overrun) == (kept.id, False)
    assert (bought_.lines, bought_.effects[:4]) == (kept.lines, kept.effects[:4])
    assert await held(checkout, ola) == (500 + 179, 0)
    ended = await checkout.reads.hold(kept.id)
    assert (ended.state, ended.purchase_id) == (HoldState.CAPTURED, bought_.id)
    assert await beyond(checkout, "lamps") == (1_000, 0)
    assert await beyond(checkout, "coupon:FEW") == (2, 0)
    assert await row(checkout, "select used from coupon") == (1,)
    assert await row(checkout, "select count(*) from budget_hold") == (0,)
    assert await row(checkout, "select sum(captured - amount) from hold_item") == (0,)


async def test_units_are_taken_from_the_lots_that_were_held(checkout: Shop) -> None:
    """The oldest lot was held; one that ends sooner came later and is left alone."""
    ola = await rich(checkout, "1", 0)
    await checkout.adjust(ola, 100, "stamps")  # until day 20
    await checkout.show(day(1))
    cake = goods(3_000, category="cake")
    kept = await hold(checkout, "c1", ola, cake, stamps=100)
    await checkout.adjust(ola, 100, "stamps")  # until day 21

    await buy(checkout, "p1", ola, cake, stamps=100, hold_id=kept.id)

    async with checkout.db.reading() as tx:
        lots = await tx.connection.fetch(
            "select remaining, held from lot where wallet = 4 order by lot_no"
        )
    assert [tuple(lot) for lot in lots] == [(0, 0), (100, 0)]


async def test_a_new_version_changes_nothing(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    kept = await hold(checkout, "c1", ola, TEA)
    await checkout.publish(DEARER, None)
    await checkout.show(day(0) + MINUTE)

    captured = await buy(checkout, "p1", ola, TEA, hold_id=kept.id)
    fresh = await buy(checkout, "p2", ola, TEA)

    assert (captured.discount, captured.program_version) == (300, 1)
    assert (fresh.discount, fresh.program_version) == (30, 2)


async def test_nor_do_prices_that_mean_another_thing(checkout: Shop) -> None:
    """125.00 with 25 % tax in it earn 100; were the tax on top, they would earn 125."""
    gross = CHECKOUT.replace("program:\n", "program:\n  prices: gross\n  earns_on: net\n", 1)
    await checkout.publish(gross, None)
    await checkout.show(day(1))
    ola = await rich(checkout, "1", 0)
    line = goods(12_500, tax=Tax(rate="25"))
    kept = await hold(checkout, "c1", ola, line)
    await checkout.publish(gross.replace("prices: gross", "prices: net"), None)
    await checkout.show(day(1) + MINUTE)

    receipt = await buy(checkout, "p1", ola, line, hold_id=kept.id)

    assert (receipt.program_version, receipt.total) == (2, kept.total)
    assert await checkout.balance(ola) == (100, 0, 0)


async def test_nor_does_a_tier_that_was_lost(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "p1", ola, goods(10_000))
    kept = await hold(checkout, "c1", ola, goods(3_000), coupons=("SILVER-20",))
    await checkout.bring_back("r1", "p1")
    assert await checkout.tier(ola) == "bronze"

    captured = await buy(checkout, "p2", ola, goods(3_000), coupons=("SILVER-20",), hold_id=kept.id)

    assert captured.discount == 600


async def test_nor_a_coupon_that_has_ended_or_is_void(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    (code,) = await unique(checkout)
    midnight = day(2) + dt.timedelta(hours=13)  # of Warsaw
    await checkout.show(midnight - MINUTE)
    kept = await hold(checkout, "c1", ola, goods(3_000), coupons=("MARCH-ONE", code))
    await checkout.show(midnight + MINUTE)
    await void(checkout, code=code)

    captured = await buy(
        checkout, "p1", ola, goods(3_000), coupons=("MARCH-ONE", code), hold_id=kept.id
    )

    assert (kept.discount, captured.discount) == (800, 800)
    with pytest.raises(CouponsRefused) as refused:
        await buy(checkout, "p2", ola, goods(3_000), coupons=("MARCH-ONE", code))
    assert [one["reason"] for one in refused.value.reasons] == ["expired", "unknown"]


async def test_the_person_may_be_named_in_another_way(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    by_id = await hold(checkout, "c1", ola, goods(3_000), points=500)
    by_card = await hold(checkout, "c2", "1", goods(3_000), points=500)

    await buy(checkout, "p1", "1", goods(3_000), points=500, hold_id=by_id.id)
    await buy(checkout, "p2", ola, goods(3_000), points=500, hold_id=by_card.id)

    assert await held(checkout, ola) == (60, 0)


async def test_a_purchase_that_names_no_member_is_of_the_holds(checkout: Shop) -> None:
    """A shop that has nothing but the hold's id."""
    ola = await rich(checkout, "1")
    kept = await hold(checkout, "c1", ola, goods(3_000), points=500)

    captured = await buy(checkout, "p1", None, goods(3_000), points=500, hold_id=kept.id)

    assert (captured.member_id, captured.due) == (ola, 2_500)


async def test_the_capture_sent_again_is_a_replay(checkout: Shop) -> None:
    """With or without the hold: it is no part of the content."""
    ola = await rich(checkout, "1")
    kept = await hold(checkout, "c1", ola, goods(3_000), points=500)
    first = await checkout.record(sale("p1", ola, goods(3_000), points=500, hold_id=kept.id))

    async with nothing_written(checkout):
        for hold_id in (kept.id, None, new_id()):
            again = await checkout.record(
                sale("p1", ola, goods(3_000), points=500, hold_id=hold_id)
            )
            assert (again.replayed, again.body) == (True, first.body)


# ------------------------------------------------------------------ with another one


async def test_another_basket_is_decided_anew_with_what_was_held(checkout: Shop) -> None:
    """All 1,000 points, the only use of a code, and the last of a budget are the hold's; a basket
    with a line more gets them all, and more of them than were held."""
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)
    await buy(checkout, "p0", None, goods(100), coupons=("FEW-LEFT",))
    await buy(checkout, "p1", None, goods(100), coupons=("FEW-LEFT",))
    kept = await hold(checkout, "c1", ola, goods(3_000), LAMP, coupons=(code,), points=950)
    before = await held(checkout, ola)

    captured = await buy(
        checkout, "p2", ola, goods(3_000), LAMP, LAMP, coupons=(code, "FEW-LEFT"), points=1_000,
        hold_id=kept.id,
    )  # fmt: skip

    assert (kept.discount, before) == (4_700, (50, 950))
    assert (captured.discount, captured.due) == (5_000 + 700 + 100, 43_000 - 5_800 - 1_000)
    assert await held(checkout, ola) == (372, 0)
    ended = await checkout.reads.hold(kept.id)
    assert (ended.state, ended.purchase_id) == (HoldState.RELEASED, None)
    assert await beyond(checkout, "lamps") == (0, 0)


async def test_it_is_decided_by_the_rules_of_its_own_moment(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    kept = await hold(checkout, "c1", ola, TEA)
    await checkout.publish(DEARER, None)
    await checkout.show(day(0) + MINUTE)

    captured = await buy(checkout, "p1", ola, TEA, goods(100), hold_id=kept.id)

    assert (captured.discount, captured.program_version) == (30, 2)


async def test_what_it_does_not_take_is_free(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1"), await rich(checkout, "2", 0)
    (code,) = await unique(checkout)
    kept = await hold(checkout, "c1", ola, goods(3_000), LAMP, coupons=(code,), points=900)

    await buy(checkout, "p1", ola, goods(3_000), points=100, hold_id=kept.id)

    assert await held(checkout, ola) == (930, 0)
    assert (await buy(checkout, "p2", jan, LAMP, coupons=(code,))).discount == 4_700


async def test_refused_it_leaves_the_hold_as_it_was(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)
    kept = await hold(checkout, "c1", ola, goods(3_000), LAMP, coupons=(code,), points=900)

    async with nothing_written(checkout):
        with pytest.raises(InsufficientPoints) as refused:
            await buy(checkout, "p1", ola, goods(9_000), points=1_050, hold_id=kept.id)
        with pytest.raises(CouponsRefused):
            await buy(
                checkout, "p1", ola, goods(9_000), coupons=(code, "SOON-COME"), hold_id=kept.id
            )

    assert refused.value.available == 1_000  # with what it held
    assert await held(checkout, ola) == (100, 900)
    given: dict[str, Any] = {"coupons": (code,), "points": 900}
    assert (await buy(checkout, "p1", ola, goods(3_000), LAMP, hold_id=kept.id, **given)).due == (
        23_000 - 4_700 - 900
    )


# ------------------------------------------------------------------ whose it is, and whether


async def test_of_another_member_it_is_refused_before_payment(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1"), await rich(checkout, "2")
    kept = await hold(checkout, "c1", ola, goods(3_000), points=500)

    async with nothing_written(checkout):
        for who in (jan, "unclaimed"):
            with pytest.raises(HoldOfAnother):
                await buy(checkout, "p1", who, goods(3_000), hold_id=kept.id)
        with pytest.raises(MemberNotFound):
            await buy(checkout, "p1", new_id(), goods(3_000), hold_id=kept.id)

    assert await held(checkout, ola) == (500, 500)


async def test_what_another_has_paid_by_then_is_recorded_without_it(checkout: Shop) -> None:
    """Held for another member (a guest's hold is another matter): the sale is a fact, the hold
    stays."""
    (code,) = await unique(checkout)
    jan, ola = await rich(checkout, "2", 0), await rich(checkout, "1", 600)
    kept = await hold(checkout, "c1", jan, goods(3_000), coupons=(code,))

    receipt = await report(
        checkout, "p1", ola, goods(3_000), coupons=(code,), points=500, hold_id=kept.id
    )

    assert (receipt.member_id, receipt.discount, receipt.due) == (ola, 700, 1_800)
    assert receipt.overrun  # somebody's hold had the only use
    assert (await checkout.reads.hold(kept.id)).state is HoldState.OPEN
    assert await held(checkout, ola) == (123, 0)


async def test_one_that_is_not_there_is_refused_before_payment_only(checkout: Shop) -> None:
    ola = await rich(checkout, "1")

    async with nothing_written(checkout):
        with pytest.raises(HoldNotFound):
            await buy(checkout, "p1", ola, goods(3_000), points=500, hold_id=new_id())
    receipt = await report(checkout, "p1", ola, goods(3_000), points=500, hold_id=new_id())

    assert (receipt.due, receipt.overrun) == (2_500, False)


@pytest.mark.parametrize("end", ["released", "captured"])
async def test_one_that_has_ended_is_refused_before_payment(checkout: Shop, end: str) -> None:
    ola = await rich(checkout, "1")
    kept = await hold(checkout, "c1", ola, goods(3_000), points=500)
    if end == "released":
        await release(checkout, kept.id)
    else:
        await buy(checkout, "p1", ola, goods(3_000), points=500, hold_id=kept.id)

    async with nothing_written(checkout):
        with pytest.raises(HoldClosed) as refused:
            await buy(checkout, "p2", ola, goods(3_000), points=500, hold_id=kept.id)

    assert refused.value.state == end


async def test_more_than_was_held_is_never_captured(checkout: Shop) -> None:
    """A released hold of 500 that a till has charged: 500 are taken from what there is, once."""
    ola = await rich(checkout, "1", 700)
    kept = await hold(checkout, "c1", ola, goods(3_000), points=500)
    await release(checkout, kept.id)

    receipt = await report(checkout, "p1", ola, goods(3_000), points=500, hold_id=kept.id)

    assert (receipt.due, receipt.overrun) == (2_500, False)
    assert await held(checkout, ola) == (230, 0)
    assert (await checkout.reads.hold(kept.id)).state is HoldState.RELEASED


# ------------------------------------------------------------------ payments that fail


async def test_a_payment_that_fails_burns_nothing(checkout: Shop) -> None:
    """Held, quoted, tried three times under other baskets, given up: all is as at the start."""
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)
    given: dict[str, Any] = {"coupons": (code, "FEW-LEFT", "ONCE-EACH"), "points": 500}
    first = await quote(checkout, ola, TEA, LAMP, **given)
    for n in range(3):
        kept = await hold(checkout, "c1", ola, TEA, LAMP, goods(100 + n), **given)
    await release(checkout, kept.id)

    again = await quote(checkout, ola, TEA, LAMP, **given)

    assert (again.due, again.discount, again.coupons) == (first.due, first.discount, first.coupons)
    assert await held(checkout, ola) == (1_000, 0)
    assert (await buy(checkout, "p1", ola, TEA, LAMP, **given)).due == first.due


async def test_what_the_hold_says_is_what_was_charged(checkout: Shop) -> None:
    """`charged` is compared with what was pinned, not with what would be decided now."""
    ola = await rich(checkout, "1", 0)
    kept = await hold(checkout, "c1", ola, TEA)
    await checkout.publish(DEARER, None)
    await checkout.show(day(0) + MINUTE)

    receipt = (await checkout.record(bought("p1", ola, TEA, charged=2_700, hold_id=kept.id))).body

    assert (receipt.total, receipt.charged_differs) == (2_700, False)


async def test_two_holds_of_one_member_are_captured_one_by_one(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    one = await hold(checkout, "c1", ola, goods(3_000), points=400)
    two = await hold(checkout, "c2", ola, goods(4_000), points=600)

    await buy(checkout, "p2", ola, goods(4_000), points=600, hold_id=two.id)
    assert await held(checkout, ola) == (40, 400)
    await buy(checkout, "p1", ola, goods(3_000), points=400, hold_id=one.id)

    assert await held(checkout, ola) == (70, 0)
