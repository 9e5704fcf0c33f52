"""Coupons and units of purchases that come late, or have a member only afterwards."""

import uuid
from typing import Any

import pytest

from service.domain.purchases.types import HoldState, Mode
from tests.flows.counter import (
    CHECKOUT,
    beyond,
    buy,
    hold,
    quote,
    reasons,
    report,
    rich,
    sale,
    unique,
)
from tests.flows.coupon_shop import give
from tests.flows.gift_card_shop import issue
from tests.flows.shop import TILL, Shop, card, day, goods
from tests.flows.steps.checkout.test_paying_by_card import by


async def uses(shop: Shop) -> list[tuple[Any, ...]]:
    """(template, position, by a unique or personal code, overrun, came back), as recorded."""
    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch(
            "select template, position, digest is not null, overrun, given_back_at is not null"
            " from coupon_use join purchase using (purchase_id) order by recorded_at, position"
        )
    return [tuple(row) for row in rows]


async def used(shop: Shop) -> int:
    """How often the only unique or personal code was used."""
    async with shop.db.reading() as tx:
        times: int = await tx.connection.fetchval("select used from coupon")
    return times


async def overruns(shop: Shop, member: uuid.UUID) -> list[str]:
    """What the last purchase gave beyond what was there, as its event tells it."""
    told = [data for kind, data in await shop.events(member) if kind == "purchase.recorded"]
    found: list[str] = told[-1].get("overruns", [])
    return found


async def test_a_late_purchase_takes_from_what_is_left_now(checkout: Shop) -> None:
    """Sold on day 1 for 500 points of which 200 are left on day 5; the code was used on day 3."""
    ola, jan = await rich(checkout, "1", 500), await rich(checkout, "2", 0)
    (code,) = await unique(checkout)
    await checkout.show(day(5))
    await buy(checkout, "p1", jan, goods(1_000), coupons=(code,), at=day(3))
    await buy(checkout, "p2", ola, goods(3_000), points=300, at=day(5))
    await checkout.show(day(6))
    given: dict[str, Any] = {"points": 500, "coupons": (code,), "at": day(1)}

    receipt = await report(checkout, "p3", ola, goods(3_000), **given)

    assert (receipt.late, receipt.overrun, receipt.due) == (True, True, 3_000 - 700 - 500)
    # 200 left and 30 earned by the other one pay 230 of 500; 270 owed; 23 earned: 247
    assert await checkout.balance(ola) == (0, 0, 247)
    assert await overruns(checkout, ola) == ["coupon:UNIQUE", "points"]


async def test_units_are_not_taken_before_they_were_there(checkout: Shop) -> None:
    """Told late, the redemption is effective when its lots were: the wallet adds up at any time."""
    ola = await rich(checkout, "1", 0)
    await checkout.show(day(5))
    await checkout.adjust(ola, 500)
    await checkout.show(day(6))

    await report(checkout, "p1", ola, goods(3_000), points=500, at=day(1))

    redeemed = [e for e in await checkout.entries(ola) if e[0] == "redeemed"]
    assert [e[1:3] for e in redeemed] == [(-500, 0)]
    assert redeemed[0][3] >= day(5)


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_claimed_purchase_keeps_its_prices(checkout: Shop, mode: Mode) -> None:
    """Bought with a shared code by an unknown card, 1.00 off 30.00; claimed when FEW is used up and
    tea has a rule: the code and the price stay, nothing is off the tea, 29.00 earn 29."""
    await buy(
        checkout, "p1", "77", goods(3_000, category="tea"), coupons=("FEW-LEFT",), at=day(0.1),
        mode=mode,
    )  # fmt: skip
    for n in range(2):
        await buy(checkout, f"few{n}", None, goods(1_000), coupons=("FEW-LEFT",))
    await checkout.publish(
        CHECKOUT.replace("FEW: {discount: {amount: 1", "FEW: {discount: {amount: 9"), None
    )
    await checkout.show(day(1))

    ola = (await checkout.enrol("77")).id

    found = await checkout.reads.purchase(await purchase_id(checkout, "p1"))
    assert (found.member_id, found.discount, found.due) == (ola, 100, 2_900)
    assert [(m.wallet, m.amount) for m in found.earned] == [("points", 29), ("status", 29)]
    assert await checkout.balance(ola) == (29, 0, 0)
    assert await beyond(checkout, "coupon:FEW") == (0, 0)
    async with checkout.db.reading() as tx:
        whose = await tx.connection.fetchval(
            "select holder_id from coupon_use where purchase_id = $1", found.id
        )
    assert whose == ola


async def purchase_id(shop: Shop, key: str) -> uuid.UUID:
    """Of a purchase in the web."""
    async with shop.db.reading() as tx:
        found: uuid.UUID = await tx.connection.fetchval(
            "select purchase_id from purchase where external_id = $1", key
        )
    return found


async def test_a_claimed_purchase_gets_no_discount_afterwards(checkout: Shop) -> None:
    """Tea sold to nobody for 30.00, before there was a member whose rule takes a tenth off: 30.00
    were paid, so 30 are earned."""
    tea = goods(3_000, category="tea")
    await buy(checkout, "p1", "77", tea, at=day(0.1))
    await buy(checkout, "p2", "77", tea, at=day(0.2), charged=2_900, mode=Mode.RECORD)
    await checkout.show(day(1))

    ola = (await checkout.enrol("77")).id

    first = await checkout.reads.purchase(await purchase_id(checkout, "p1"))
    second = await checkout.reads.purchase(await purchase_id(checkout, "p2"))
    assert (first.discount, first.total, first.due) == (0, 3_000, 3_000)
    assert (second.discount, second.total, second.due) == (100, 2_900, 2_900)
    assert second.charged_differs
    assert await checkout.balance(ola) == (30 + 29, 0, 0)
    back = await checkout.bring_back("r1", "p1")
    assert back.refund is not None
    assert back.refund.total == 3_000


async def test_a_claimed_lamp_takes_no_budget(checkout: Shop) -> None:
    await buy(checkout, "p1", "77", goods(20_000, category="lamp"), at=day(0.1))
    await checkout.show(day(1))

    await checkout.enrol("77")

    assert await beyond(checkout, "lamps") == (5_000, 0)


async def test_a_claimed_purchase_gives_its_coupons(checkout: Shop) -> None:
    """A mug bought without the card: the coupon for the next time comes with the claim, and lasts
    from the purchase."""
    await buy(checkout, "p1", "77", goods(1_200, category="mug"), at=day(0.1))
    await checkout.show(day(2))

    ola = (await checkout.enrol("77")).id

    (shown,) = (await checkout.reads.coupons(ola, (), None, 10)).items
    assert shown.template == "NEXT5"
    assert shown.valid_until is not None
    assert (shown.valid_until - day(30.1)).total_seconds() in (0, -3_600)  # clocks change between


async def test_what_a_claimed_purchase_used_counts_for_its_member(checkout: Shop) -> None:
    (code,) = await unique(checkout)
    await buy(checkout, "p1", "77", goods(3_000), coupons=(code,), at=day(0.1))
    await checkout.show(day(1))

    ola = (await checkout.enrol("77")).id

    assert reasons(await quote(checkout, ola, goods(3_000), coupons=(code,))) == [(0, "used_up")]
    assert await checkout.balance(ola) == (23, 0, 0)


async def test_a_purchase_that_captured_a_hold_is_claimed(checkout: Shop) -> None:
    """What it captured, of a card too, is in order whoever has the purchase by now."""
    gift = await issue(checkout, 2_000)
    (code,) = await unique(checkout)
    lines, paying = (goods(3_000),), {"coupons": (code,), "gift_cards": (by(gift.code, 500),)}
    kept = await hold(checkout, "c1", "77", *lines, **paying)
    bought = await buy(checkout, "p1", "77", *lines, hold_id=kept.id, **paying)

    ola = (await checkout.enrol("77")).id

    assert await checkout.balance(ola) == (23, 0, 0)
    shown = await checkout.reads.hold(kept.id)
    assert (shown.state, shown.purchase_id) == (HoldState.CAPTURED, bought.id)


async def test_purchases_of_a_batch_take_in_order_of_arrival(checkout: Shop) -> None:
    """Five want one of three uses: the first three get it, the others are refused."""
    members = [await rich(checkout, f"{n}", 0) for n in range(5)]

    results = await checkout.verbs.record_purchase_batch(
        TILL,
        [sale(f"p{n}", m, goods(1_000), coupons=("FEW-LEFT",)) for n, m in enumerate(members)],
    )

    assert [type(one).__name__ for one in results] == ["Answer"] * 3 + ["CouponsRefused"] * 2
    assert await checkout.count("purchase") == 3
    assert await beyond(checkout, "coupon:FEW") == (0, 0)


async def test_a_gift_of_the_list_is_used_by_another_identifier_of_its_owner(
    checkout: Shop,
) -> None:
    ola = (await checkout.enrol("1", "2")).id
    gift = await give(checkout, ola, "NEXT5")

    receipt = await buy(checkout, "p1", (card("2"),), goods(3_000), coupons=(gift.code,))

    assert (receipt.member_id, receipt.discount) == (ola, 500)
