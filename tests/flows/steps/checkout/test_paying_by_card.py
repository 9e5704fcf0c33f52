"""Gift cards that pay: held, captured, let go, taken from once, and never for what is not there."""

import asyncio
import uuid
from typing import Any

import pytest

from service.domain.holds.errors import HoldClosed
from service.domain.purchases.basket import GiftCardIn
from service.domain.purchases.errors import GiftCardsRefused, NamedTwice, NaturalKeyReused
from service.domain.purchases.types import PaidByCard, Receipt
from service.rules.cart import LineKind
from tests.flows import races
from tests.flows.counter import (
    buy,
    extend,
    hold,
    nothing_written,
    place,
    quote,
    release,
    report,
    rich,
    sale,
)
from tests.flows.gift_card_shop import balance, block, issue, unblock
from tests.flows.shop import Shop, day, goods


def by(code: str, amount: int | None = None, pin: str | None = None) -> GiftCardIn:
    """A card that pays."""
    return GiftCardIn(code=code, amount=amount, pin=pin)


def paid(receipt: Receipt) -> list[tuple[int, int, int]]:
    """(position, amount, left) of the cards that paid."""
    return [(one.position, one.amount, one.balance) for one in receipt.gift_cards]


async def told(shop: Shop, holder_id: uuid.UUID) -> list[str]:
    """The events of a holder."""
    return [kind for kind, _ in await shop.events(holder_id)]


async def test_a_card_pays_a_part_of_a_purchase_of_nobody(checkout: Shop) -> None:
    gift = await issue(checkout, 2_000)

    done = await buy(checkout, "p1", None, goods(3_000), gift_cards=(by(gift.code, 1_500),))

    assert done.gift_cards == (
        PaidByCard(position=0, gift_card=gift.card, amount=1_500, balance=500),
    )
    assert (done.total, done.due) == (3_000, 1_500)
    assert await balance(checkout, gift.code) == (500, 0)
    assert (await told(checkout, gift.id))[-1] == "gift-card.redeemed"


async def test_without_an_amount_it_pays_what_it_has_as_far_as_the_cart_takes_it(
    checkout: Shop,
) -> None:
    small, large = await issue(checkout, 1_000), await issue(checkout, 9_000)

    cards = (by(small.code), by(large.code))
    done = await buy(checkout, "p1", None, goods(3_000), gift_cards=cards)

    assert paid(done) == [(0, 1_000, 0), (1, 2_000, 7_000)]
    assert done.due == 0


async def test_cards_come_after_points_and_pay_shipping_but_no_gift_cards(checkout: Shop) -> None:
    ola, gift = await rich(checkout, "1"), await issue(checkout, 9_000)
    lines = (
        goods(1_000),
        goods(500, kind=LineKind.SHIPPING),
        goods(2_000, kind=LineKind.GIFT_CARD),
    )

    done = await buy(checkout, "p1", ola, *lines, points=500, gift_cards=(by(gift.code),))

    assert [one.value for one in done.redeemed] == [500]  # half of the goods
    assert paid(done) == [(0, 1_000, 8_000)]  # the other half, and 5.00 of shipping
    assert done.due == 2_000


async def test_what_a_rule_says_earns_less_by_what_cards_paid(checkout: Shop) -> None:
    ola, gift = await rich(checkout, "1", 0), await issue(checkout, 1_000)
    lines = (goods(2_500, category="jam"), goods(2_500))

    done = await buy(checkout, "p1", ola, *lines, gift_cards=(by(gift.code),))

    # 50 for 50.00; the jam 25 more, less the 5.00 that the card paid of it
    assert [(one.wallet, one.amount) for one in done.earned] == [("points", 70), ("status", 50)]


async def test_a_card_that_has_less_than_it_is_asked_for_refuses_all(checkout: Shop) -> None:
    ola, gift = await rich(checkout, "1", 0), await issue(checkout, 1_000)

    async with nothing_written(checkout):
        with pytest.raises(GiftCardsRefused) as refused:
            await buy(checkout, "p1", ola, goods(3_000), gift_cards=(by(gift.code, 1_001),))

    (reason,) = refused.value.reasons
    assert reason["reason"] == "not_enough"
    assert (reason["gift_card"], reason["position"], reason["most"]) == (gift.card, 0, 1_000)


async def test_no_more_is_paid_than_is_due(checkout: Shop) -> None:
    gift = await issue(checkout, 9_000)

    with pytest.raises(GiftCardsRefused, match="above_max"):
        await buy(checkout, "p1", None, goods(3_000), gift_cards=(by(gift.code, 3_001),))


async def test_an_empty_card_is_told_and_refuses_nothing(checkout: Shop) -> None:
    gift = await issue(checkout, 1_000)
    await buy(checkout, "p1", None, goods(3_000), gift_cards=(by(gift.code),))

    done = await buy(checkout, "p2", None, goods(3_000), gift_cards=(by(gift.code),))

    assert (paid(done), done.due) == ([], 3_000)
    assert [(one.gift_card, one.reason) for one in done.not_applied] == [(gift.card, "no_effect")]


@pytest.mark.parametrize("state", ["unknown", "not_active", "blocked"])
async def test_cards_that_cannot_pay_say_why(checkout: Shop, state: str) -> None:
    ola = await rich(checkout, "1", 0)
    gift = await issue(checkout, None if state == "not_active" else 1_000)
    if state == "blocked":
        await block(checkout, code=gift.code)
    code = "0000-0000-0000-0000-0" if state == "unknown" else gift.code

    async with nothing_written(checkout, "code_guess"):
        with pytest.raises(GiftCardsRefused, match=state):
            await buy(checkout, "p1", ola, goods(3_000), gift_cards=(by(code),))


async def test_one_card_is_named_once(checkout: Shop) -> None:
    gift = await issue(checkout, 1_000)

    twice = (by(gift.code), by(gift.code.lower()))
    with pytest.raises(NamedTwice) as refused:
        await buy(checkout, "p1", None, goods(3_000), gift_cards=twice)

    assert refused.value.pointer == "/gift_cards/1/code"


async def test_the_same_purchase_again_pays_once_and_with_another_card_is_another(
    checkout: Shop,
) -> None:
    gift, other = await issue(checkout, 2_000), await issue(checkout, 2_000)
    body = sale("p1", None, goods(1_500), gift_cards=(by(gift.code),))
    first = await checkout.record(body)

    again = await checkout.record(body)

    assert (again.replayed, again.body) == (True, first.body)
    assert await balance(checkout, gift.code) == (500, 0)
    with pytest.raises(NaturalKeyReused):
        await buy(checkout, "p1", None, goods(1_500), gift_cards=(by(other.code),))


# ------------------------------------------------------------------ what has happened


async def test_what_a_till_has_taken_beyond_the_card_is_an_overrun_of_nobody(
    checkout: Shop,
) -> None:
    gift = await issue(checkout, 1_000)

    done = await report(checkout, "p1", None, goods(3_000), gift_cards=(by(gift.code, 2_500),))

    (shown,) = done.gift_cards
    assert (shown.amount, shown.balance, shown.overrun) == (2_500, 0, 1_500)
    assert (done.due, done.overrun) == (500, True)
    assert await balance(checkout, gift.code) == (0, 0)


async def test_a_till_that_took_a_card_nobody_knows_is_believed(checkout: Shop) -> None:
    done = await report(checkout, "p1", None, goods(3_000), gift_cards=(by("GIFT-CARD", 2_500),))

    (shown,) = done.gift_cards
    assert (shown.amount, shown.overrun, done.due) == (2_500, 2_500, 500)


async def test_so_is_one_that_took_a_blocked_card(checkout: Shop) -> None:
    gift = await issue(checkout, 1_000)
    await block(checkout, code=gift.code)

    done = await report(checkout, "p1", None, goods(3_000), gift_cards=(by(gift.code, 800),))

    assert (done.gift_cards[0].overrun, done.overrun) == (800, True)
    await unblock(checkout, code=gift.code)
    assert await balance(checkout, gift.code) == (1_000, 0)


# ------------------------------------------------------------------ quotes and holds


async def test_a_quote_says_what_a_card_pays_and_leaves_it_alone(checkout: Shop) -> None:
    gift = await issue(checkout, 2_000)

    async with nothing_written(checkout):
        asked = await quote(checkout, None, goods(3_000), gift_cards=(by(gift.code),))

    assert (paid(asked), asked.due) == ([(0, 2_000, 0)], 1_000)  # type: ignore[arg-type]


async def test_a_hold_keeps_money_of_cards_from_everybody_else(checkout: Shop) -> None:
    ola, gift = await rich(checkout, "1"), await issue(checkout, 2_000)

    placed = await hold(checkout, "c1", ola, goods(3_000), gift_cards=(by(gift.code, 1_500),))

    assert (placed.due, [one.amount for one in placed.gift_cards]) == (1_500, [1_500])
    assert await balance(checkout, gift.code) == (500, 1_500)
    with pytest.raises(GiftCardsRefused, match="not_enough"):
        await buy(checkout, "p1", None, goods(3_000), gift_cards=(by(gift.code, 501),))


async def test_the_purchase_that_names_the_hold_takes_what_it_kept(checkout: Shop) -> None:
    gift, lines = await issue(checkout, 2_000), (goods(3_000),)
    placed = await hold(checkout, "c1", None, *lines, gift_cards=(by(gift.code, 1_500),))

    cards = (by(gift.code, 1_500),)
    done = await buy(checkout, "p1", None, *lines, gift_cards=cards, hold_id=placed.id)

    assert paid(done) == [(0, 1_500, 500)]
    assert await balance(checkout, gift.code) == (500, 0)
    with pytest.raises(HoldClosed):
        await release(checkout, placed.id)


async def test_a_hold_that_is_let_go_gives_the_money_free(checkout: Shop) -> None:
    gift = await issue(checkout, 2_000)
    placed = await hold(checkout, "c1", None, goods(3_000), gift_cards=(by(gift.code),))

    await release(checkout, placed.id)

    assert await balance(checkout, gift.code) == (2_000, 0)
    assert (await told(checkout, gift.id))[-2:] == ["points.held", "hold.released"]


async def test_a_hold_times_out_at_the_card_without_its_checkout(checkout: Shop) -> None:
    gift = await issue(checkout, 2_000)
    await hold(checkout, "c1", None, goods(3_000), gift_cards=(by(gift.code),), hold_for=60)

    await checkout.show(day(0.01))

    assert await balance(checkout, gift.code) == (2_000, 0)
    await buy(checkout, "p1", None, goods(2_000), gift_cards=(by(gift.code, 2_000),))


async def test_a_hold_that_lasts_longer_keeps_the_card_as_long(checkout: Shop) -> None:
    gift = await issue(checkout, 2_000)
    placed = await hold(
        checkout, "c1", None, goods(3_000), gift_cards=(by(gift.code),), hold_for=60
    )

    await extend(checkout, placed.id, 3_600)
    await checkout.show(day(0.01))

    assert await balance(checkout, gift.code) == (0, 2_000)


async def test_another_basket_of_the_checkout_keeps_another_card(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    first, second = await issue(checkout, 2_000), await issue(checkout, 3_000)
    await place(checkout, "c1", ola, goods(3_000), gift_cards=(by(first.code),))

    placed = await place(checkout, "c1", ola, goods(3_000), gift_cards=(by(second.code),))

    assert not placed.replayed
    assert await balance(checkout, first.code) == (2_000, 0)
    assert await balance(checkout, second.code) == (0, 3_000)


async def test_the_same_basket_with_the_card_keeps_its_hold(checkout: Shop) -> None:
    ola, gift = await rich(checkout, "1"), await issue(checkout, 2_000)
    cards = (by(gift.code),)
    first = await place(checkout, "c1", ola, goods(3_000), gift_cards=cards)

    again = await place(checkout, "c1", ola, goods(3_000), gift_cards=cards)

    assert (again.replayed, again.body.id) == (True, first.body.id)
    assert await balance(checkout, gift.code) == (0, 2_000)


async def test_a_purchase_of_another_cart_than_was_held_gives_the_card_up_first(
    checkout: Shop,
) -> None:
    gift = await issue(checkout, 2_000)
    placed = await hold(checkout, "c1", None, goods(3_000), gift_cards=(by(gift.code),))

    cards = (by(gift.code, 1_200),)
    done = await buy(checkout, "p1", None, goods(1_200), gift_cards=cards, hold_id=placed.id)

    assert paid(done) == [(0, 1_200, 800)]
    assert await balance(checkout, gift.code) == (800, 0)


async def test_what_a_till_reports_of_a_hold_that_is_over_takes_what_is_there(
    checkout: Shop,
) -> None:
    gift, lines = await issue(checkout, 2_000), (goods(3_000),)
    cards = (by(gift.code),)
    placed = await hold(checkout, "c1", None, *lines, gift_cards=cards, hold_for=60)
    await checkout.show(day(0.01))
    await buy(checkout, "p0", None, goods(500), gift_cards=(by(gift.code, 500),))

    done = await report(checkout, "p1", None, *lines, gift_cards=cards, hold_id=placed.id)

    (shown,) = done.gift_cards
    assert (shown.amount, shown.balance, shown.overrun) == (2_000, 0, 500)


async def test_a_claimed_purchase_stays_paid_by_its_card(checkout: Shop) -> None:
    gift = await issue(checkout, 2_000)
    before = await buy(checkout, "p1", "77", goods(3_000), gift_cards=(by(gift.code, 1_500),))

    ola = (await checkout.enrol("77")).id

    after = await checkout.reads.purchase(before.id)
    assert (after.member_id, after.due, paid(after)) == (ola, 1_500, [(0, 1_500, 500)])
    assert (await checkout.wallets(ola))["points"].balance.available == 30


# ------------------------------------------------------------------ at once


async def test_the_last_money_of_a_card_is_spent_once(checkout: Shop) -> None:
    gift = await issue(checkout, 1_000)
    asked: list[Any] = [
        races.buying(checkout, f"p{n}", None, goods(1_000), gift_cards=(by(gift.code, 1_000),))
        for n in range(20)
    ]
    asked += [
        races.holding(checkout, f"c{n}", None, goods(1_000), gift_cards=(by(gift.code, 1_000),))
        for n in range(20)
    ]

    came = await races.at_once(asked)

    assert sorted(set(came)) == ["GiftCardsRefused", "done"]
    assert came.count("done") == 1
    assert sum(await balance(checkout, gift.code)) in (0, 1_000)


async def test_carts_that_name_two_cards_in_either_order_never_wait_for_each_other(
    checkout: Shop,
) -> None:
    one, two = await issue(checkout, 5_000), await issue(checkout, 5_000)
    orders = [(by(one.code, 50), by(two.code, 50)), (by(two.code, 50), by(one.code, 50))]
    asked = [
        races.buying(checkout, f"p{n}", None, goods(1_000), gift_cards=orders[n % 2])
        for n in range(40)
    ]

    came = await asyncio.wait_for(races.at_once(asked), 60)

    assert came == ["done"] * 40
    assert await balance(checkout, one.code) == (3_000, 0)
    assert await balance(checkout, two.code) == (3_000, 0)


async def test_a_hold_is_captured_or_released_and_the_card_agrees(checkout: Shop) -> None:
    gift, lines = await issue(checkout, 1_000), (goods(1_000),)
    placed = await hold(checkout, "c1", None, *lines, gift_cards=(by(gift.code),))

    came = await races.at_once(
        [
            races.buying(
                checkout, "p1", None, *lines, gift_cards=(by(gift.code),), hold_id=placed.id
            ),
            races.releasing(checkout, placed.id),
        ]
    )

    assert came in (["done", "HoldClosed"], ["HoldClosed", "done"])
    assert await balance(checkout, gift.code) in ((0, 0), (1_000, 0))


async def test_the_settling_job_ends_parts_of_holds_too(checkout: Shop) -> None:
    gift = await issue(checkout, 2_000)
    await hold(checkout, "c1", None, goods(3_000), gift_cards=(by(gift.code),), hold_for=60)
    await checkout.show(day(0.01))

    await checkout.settle()

    assert (await told(checkout, gift.id))[-1] == "hold.timed-out"
