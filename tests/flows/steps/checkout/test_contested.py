"""Unique codes that several baskets of one batch present: each use of them goes to one."""

import asyncio

import pytest

from service.domain.purchases.types import AskQuote, Mode
from service.flows.steps.checkout import (
    contested,
    presenting,
)
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.checkout.presenting import Coupons, Situation
from service.flows.steps.checkout.purchase import RunAgain
from service.rules.cart import Cart
from service.rules.decision import Decision
from service.rules.facts import Facts
from tests.flows import races
from tests.flows.counter import CHECKOUT, basket, buy, hold, release, rich, unique
from tests.flows.coupon_shop import void
from tests.flows.shop import TILL, Shop, Who, day, goods

EMPTY = Cart(channel="web", currency="EUR", lines=())
COLA = goods(1_000)
PAIR = "  PAIR: {discount: {amount: 1 EUR}, limit: {uses: 2}}\n"


def item(shop: Shop, member: Who, *codes: str) -> Checkout:
    """A basket that presents codes."""
    body = basket(AskQuote, member, coupons=codes)
    return Checkout(0, TILL, body, None, day(0), shop.built.programs.at(day(0)), EMPTY)


async def among(shop: Shop, *presented: tuple[str, ...]) -> frozenset[str]:
    """Of baskets that present these codes."""
    items = [item(shop, None, *codes) for codes in presented]
    async with shop.db.transaction() as tx:
        tx.now = day(0)
        return await contested.among(tx, shop.built.ctx, items)


async def test_of_holds_that_come_together_one_has_the_last_use(checkout: Shop) -> None:
    members = [await rich(checkout, f"{n}", 0) for n in range(10)]
    (code,) = await unique(checkout)
    asked = [
        races.holding(checkout, f"c{n}", who if n % 3 else None, COLA, coupons=(code,))
        for n, who in enumerate(members)
    ]

    found = await races.at_once(asked)

    assert sorted(found) == ["CouponsRefused"] * 9 + ["done"]


async def test_a_code_with_two_uses_is_kept_for_two_who_can_both_pay(checkout: Shop) -> None:
    """And for nobody else, whether the others hold or pay."""
    await checkout.publish(CHECKOUT + PAIR, None)
    await checkout.show(day(1))
    members = [await rich(checkout, f"{n}", 0) for n in range(6)]
    (code,) = await unique(checkout, 1, "PAIR")
    asked = [
        races.came_with(races.holding(checkout, f"c{n}", who, COLA, coupons=(code,)))
        for n, who in enumerate(members)
    ]

    placed = await asyncio.gather(*asked)

    kept = [(n, one.body) for n, one in enumerate(placed) if not isinstance(one, Exception)]

    paid = [
        await buy(checkout, f"p{n}", members[n], COLA, coupons=(code,), hold_id=one.id)
        for n, one in kept
    ]

    assert [one.discount for one in paid] == [100, 100]


async def test_of_what_tills_report_together_one_is_no_overrun(checkout: Shop) -> None:
    members = [await rich(checkout, f"{n}", 0) for n in range(5)]
    (code,) = await unique(checkout)
    asked = [
        races.buying(checkout, f"p{n}", who, COLA, coupons=(code,), mode=Mode.RECORD)
        for n, who in enumerate(members)
    ]

    assert await races.at_once(asked) == ["done"] * 5

    async with checkout.db.reading() as tx:
        rows = await tx.connection.fetch("select overrun from coupon_use order by overrun")
    assert [row[0] for row in rows] == [False, True, True, True, True]


async def test_contested_is_a_code_with_fewer_uses_than_baskets(checkout: Shop) -> None:
    (code,) = await unique(checkout)

    assert await among(checkout, (code,)) == frozenset()
    assert await among(checkout, (code,), (code.lower(), "TENTH10")) == {code.replace("-", "")}


async def test_a_shared_code_and_one_nobody_can_have_keep_nobody_waiting(checkout: Shop) -> None:
    """Neither unknown, nor held, nor used up, nor no code at all."""
    held, used = await unique(checkout, 2)
    placed = await hold(checkout, "c1", None, COLA, coupons=(held,))
    await buy(checkout, "p1", None, COLA, coupons=(used,))

    for code in (held, used, "FEW-LEFT", "NO-SUCH-CODE", "?"):
        assert await among(checkout, (code,), (code,)) == frozenset(), code
    await release(checkout, placed.id)
    assert await among(checkout, (held,), (held,)) != frozenset()


async def test_a_void_code_keeps_nobody_waiting(checkout: Shop) -> None:
    (code,) = await unique(checkout)
    await void(checkout, code=code)

    assert await among(checkout, (code,), (code,)) == frozenset()


async def test_decisions_that_share_the_last_use_are_run_again(checkout: Shop) -> None:
    """Somebody took one of two uses after it was looked whether they are enough."""
    (code,) = await unique(checkout)
    items = [item(checkout, None, code) for _ in range(2)]
    async with checkout.db.transaction() as tx:
        tx.now = day(0)
        situations = []
        for one in items:
            one.codes = presenting.read(checkout.built.ctx, one.program, one.body.coupons)
            situations.append(
                Situation(program=one.program, member_id=None, at=day(0), codes=one.codes)
            )
        coupons = Coupons(situations, await presenting.rows(tx, situations, lock=True), day(0))
        await tx.ask_all(coupons.questions)
    for n, one in enumerate(items):
        one.coupons = [(coupons.row(c), coupons.is_beyond(n, c)) for c in one.codes]
        one.decide_with(Facts(at=day(0)), Decision(coupons=(0,)))

    with pytest.raises(RunAgain):
        contested.refuse_to_share(coupons, items)
    items[1].decide_with(Facts(at=day(0)), Decision())
    contested.refuse_to_share(coupons, items)
