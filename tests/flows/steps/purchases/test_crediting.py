"""A purchase credited afterwards: budgets and codes are counted once, whatever came back."""

from typing import Any

from service.domain.purchases.basket import GiftCardIn
from service.domain.purchases.types import Mode
from service.kernel.values import TierNow
from tests.flows.counter import CHECKOUT, beyond, buy, report, rich
from tests.flows.gift_card_shop import balance, issue
from tests.flows.moves import move, two
from tests.flows.shop import Shop, day, goods


async def uses(shop: Shop) -> list[tuple[Any, ...]]:
    """(template, overrun, came back) of the uses of coupons."""
    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch(
            "select template, overrun, given_back_at is not null from coupon_use"
            " order by occurred_at, position"
        )
    return [tuple(row) for row in rows]


async def test_a_use_that_came_back_before_the_claim_comes_back_once(checkout: Shop) -> None:
    """One of three uses of FEW; the purchase came back whole before its card was anybody's."""
    await buy(checkout, "a", "77", goods(1_000), coupons=("FEW-LEFT",), at=day(0.1))
    await checkout.bring_back("r", "a")
    assert await beyond(checkout, "coupon:FEW") == (3, 0)

    await checkout.enrol("77")

    assert await beyond(checkout, "coupon:FEW") == (3, 0)
    assert await uses(checkout) == [("FEW", False, True)]


async def test_a_use_beyond_the_cap_is_not_asked_for_again(checkout: Shop) -> None:
    """Three of three were used up; one more was given at a till. Then a use comes back."""
    for n in range(3):
        await buy(checkout, f"f{n}", None, goods(1_000), coupons=("FEW-LEFT",))
    await report(checkout, "a", "77", goods(1_000), coupons=("FEW-LEFT",), at=day(0.1))
    await checkout.bring_back("r", "f0")
    assert await beyond(checkout, "coupon:FEW") == (1, 0)

    ola = (await checkout.enrol("77")).id

    assert await beyond(checkout, "coupon:FEW") == (1, 0)
    page = await checkout.reads.member_purchases(ola, None, 10)
    assert [(one.total, one.overrun) for one in page.items] == [(900, True)]


async def test_a_budget_of_uses_that_gave_a_price_is_not_asked_for_more(checkout: Shop) -> None:
    """Three uses for discounts on lamps and points for who is silver: Jan's points would be a use
    more than Ola's lamp had, so he has the price and not the points."""
    campaign = (
        "  - id: twice\n    budget: {uses: 3, when_out: reject}\n    rules:\n"
        "      - id: lamp-euro\n"
        "        then: [{discount: {amount: 1 EUR, where: {category: lamp}}}]\n"
        "      - id: silver-ten\n        when: {member.tier.main: {at_least: silver}}\n"
        "        then: [{points: {fixed: 10}}]\n"
    )
    source = CHECKOUT.replace("\ncampaigns:\n", f"\ncampaigns:\n{campaign}")
    await checkout.publish(
        source.replace("discount: {percent: 20, where", "points: {fixed: 1, where"), None
    )
    await checkout.show(day(1))
    ola, jan = await two(checkout)
    bought = await buy(checkout, "a", ola, goods(10_100, category="lamp"), at=day(2))
    await buy(checkout, "s", jan, goods(10_000), at=day(1.5))
    assert (bought.discount, await checkout.left("twice")) == (100, 2)

    done = await move(checkout, bought.id, ola, jan)

    assert done.discount == 100
    given = {effect.rule: (effect.amount, effect.wanted) for effect in done.effects}
    assert given["silver-ten"] == (0, 10)
    assert await checkout.left("twice") == 2


async def test_what_was_charged_differently_stays_so(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    bought = await buy(checkout, "a", ola, goods(3_000), at=day(0), charged=2_900, mode=Mode.RECORD)

    done = await move(checkout, bought.id, ola, jan)

    assert (done.total, done.charged_differs) == (2_900, True)
    assert await checkout.balance(jan) == (29, 0, 0)


async def test_what_came_back_before_stays_back(verified: Shop) -> None:
    """30 + 50 were earned, 20 + 50 kept of the two thirds that are left."""
    ola, jan = await two(verified)
    bought = await verified.buy("a", ola, goods(3_000, 3, category="beans"), at=day(0.1))
    await verified.bring_back("r", "a", {1: 1})
    await verified.show(day(1))

    done = await move(verified, bought.id, ola, jan)

    assert done.moved is not None
    assert [(m.wallet, m.amount) for m in done.moved.reversed] == [("points", 70), ("status", 20)]
    assert await verified.balance(ola) == (0, 0, 0)
    assert await verified.balance(jan) == (0, 70, 0)
    assert await verified.balance(jan, "status") == (20, 0, 0)


async def test_a_return_after_the_move_is_the_new_members(verified: Shop) -> None:
    ola, jan = await two(verified)
    bought = await verified.buy("a", ola, goods(3_000, 3), at=day(0.1))
    await verified.bring_back("r", "a", {1: 1})
    await move(verified, bought.id, ola, jan)

    receipt = await verified.bring_back("q", "a", {1: 1})
    again = await verified.bring_back("r", "a", {1: 1})

    assert receipt.member_id == jan
    assert again.id != receipt.id
    assert await verified.balance(jan) == (0, 10, 0)
    assert await verified.balance(ola) == (0, 0, 0)


async def test_back_again_and_back_it_adds_up(verified: Shop) -> None:
    """Between Ola and Jan, a part of it returned at each of them; then all of it."""
    ola, jan = await two(verified)
    bought = await verified.buy("a", ola, goods(4_000, 4, brand="acme"), at=day(0.1))
    await verified.bring_back("r1", "a", {1: 1})
    await move(verified, bought.id, ola, jan)
    await verified.bring_back("r2", "a", {1: 1})
    await move(verified, bought.id, jan, ola)

    assert await verified.balance(ola, "stars") == (20, 0, 0)
    assert await verified.balance(ola) == (0, 20, 0)
    assert await verified.balance(jan, "stars") == (0, 0, 0)
    await verified.bring_back("r3", "a", {1: 1})
    await move(verified, bought.id, ola, jan)

    assert await verified.balance(jan, "stars") == (10, 0, 0)
    await verified.bring_back("r4", "a")
    assert await verified.balance(jan) == (0, 0, 0)
    assert await verified.balance(ola) == (0, 0, 0)
    assert await verified.left("acme-weeks") == 100


async def test_what_lapsed_counts_as_taken_and_only_once(verified: Shop) -> None:
    """Stars live 30 days. They lapsed with Ola, and with Jan as soon as they were his."""
    ola, jan = await two(verified)
    bought = await verified.buy("a", ola, goods(300, 3, brand="acme"), at=day(0.1))
    await verified.show(day(40))

    await move(verified, bought.id, ola, jan)

    assert [e[:3] for e in await verified.entries(ola, "stars")] == [
        ("earned", 30, 0),
        ("expired", -30, 0),
    ]
    assert [e[:3] for e in await verified.entries(jan, "stars")] == [
        ("earned", 30, 0),
        ("expired", -30, 0),
    ]
    await move(verified, bought.id, jan, ola)
    await verified.bring_back("r", "a")
    assert await verified.balance(ola, "stars") == (0, 0, 0)
    assert await verified.balance(jan, "stars") == (0, 0, 0)


async def test_one_from_before_the_member_enrolled_is_decided_by_its_own_day(
    verified: Shop,
) -> None:
    ola = (await verified.enrol("1")).id
    bought = await verified.buy("a", ola, goods(3_000), at=day(0.1))
    await verified.show(day(5))
    jan = (await verified.enrol("2")).id

    done = await move(verified, bought.id, ola, jan)

    assert (done.earned[0].amount, done.late) == (30, True)
    assert done.tier == {"main": TierNow(id="bronze", next="silver", missing=70)}


async def test_one_that_was_claimed_moves_too(verified: Shop) -> None:
    """Bought by a card of nobody, a third of it brought back; then it is Ola's, then Jan's."""
    bought = await verified.buy("a", "1", goods(3_000, 3), at=day(0.1))
    await verified.bring_back("r", "a", {1: 1})
    ola, jan = await two(verified)
    assert await verified.balance(ola) == (0, 20, 0)

    await move(verified, bought.id, ola, jan)

    assert await verified.balance(ola) == (0, 0, 0)
    assert await verified.balance(jan) == (0, 20, 0)


async def test_what_a_gift_card_paid_stays_paid_and_comes_back_to_it(checkout: Shop) -> None:
    """15.00 of 20.00 by a card; half of it is returned at Jan's."""
    ola, jan = await two(checkout)
    gift = await issue(checkout, 2_000)
    cards = (GiftCardIn(code=gift.code, amount=1_500),)
    bought = await buy(checkout, "a", ola, goods(2_000, 2), gift_cards=cards, at=day(0))

    done = await move(checkout, bought.id, ola, jan)

    assert (done.gift_cards, done.due) == (bought.gift_cards, 500)
    assert await balance(checkout, gift.code) == (500, 0)
    assert await checkout.balance(jan) == (20, 0, 0)
    await checkout.bring_back("r", "a", {1: 1})
    assert await balance(checkout, gift.code) == (1_250, 0)
    assert await checkout.balance(jan) == (10, 0, 0)
