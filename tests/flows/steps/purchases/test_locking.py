"""From matched baskets to locked ones."""

import asyncio
import datetime as dt
import uuid
from typing import Any

import pytest

from service.domain.holders import store as holders
from service.domain.members.errors import MemberNotFound
from service.domain.programs.errors import VersionBehind
from service.domain.purchases.types import AskQuote
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.match import Match
from service.flows.steps.purchases import locking
from service.infra.batch import BUSY
from service.kernel.ids import new_id
from service.rules.cart import Cart
from tests.flows.counter import CHECKOUT, basket, buy, rich
from tests.flows.shop import TILL, Shop, Who, another, card, day, goods

START = day(0)
EMPTY = Cart(channel="web", currency="EUR", lines=())


def item(shop: Shop, n: int, member: Who, at: dt.datetime = START) -> Checkout:
    """A basket without lines."""
    program = shop.built.programs.at(at)
    return Checkout(n, TILL, basket(AskQuote, member), None, at, program, EMPTY)


async def version(shop: Shop, holder: uuid.UUID) -> int:
    """Of a holder now."""
    async with shop.db.reading() as tx:
        found: int = await tx.connection.fetchval(
            "select version from holder where holder_id = $1", holder
        )
    return found


async def test_the_first_basket_of_each_holder_is_chosen(checkout: Shop) -> None:
    ola, jan = new_id(), new_id()
    items = [item(checkout, n, ola) for n in range(4)]
    results: list[Any] = [None] * 4

    chosen = locking.choose(
        items, [Match(ola, 1), Match(jan, 1), MemberNotFound(), Match(ola, 1)], results
    )

    assert {holder: one[0].n for holder, one in chosen.items()} == {ola: 0, jan: 1}
    assert [type(one) for one in results] == [type(None), type(None), MemberNotFound, type(None)]


async def test_they_are_locked_with_the_clock_of_the_database(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    one = item(checkout, 0, ola)
    results: list[Any] = [None]

    async with checkout.db.transaction() as tx:
        ready = await locking.lock(
            tx, checkout.built.ctx, {ola: (one, Match(ola, await version(checkout, ola)))},
            results, wait=False,
        )  # fmt: skip

    assert (ready, results) == ([one], [None])
    assert (one.work.holder.holder_id, one.work.is_member) == (ola, True)
    assert one.work.at >= day(0)


async def test_those_that_are_locked_elsewhere_are_busy(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1"), await rich(checkout, "2")
    chosen = {
        who: (item(checkout, n, who), Match(who, await version(checkout, who)))
        for n, who in enumerate((ola, jan))
    }
    results: list[Any] = [None, None]

    async with checkout.db.transaction() as other:
        await holders.lock(other, [ola], wait=True, clock_offset=checkout.db.clock_offset)
        async with checkout.db.transaction() as tx:
            ready = await locking.lock(tx, checkout.built.ctx, chosen, results, wait=False)

    assert [one.n for one in ready] == [1]
    assert results == [BUSY, None]


async def test_an_identifier_that_moved_meanwhile_is_matched_again(checkout: Shop) -> None:
    """Ola gave her card up between match and lock, and Jan took it: what is bought
    now is his, what was bought before is hers."""
    ola = (await checkout.enrol("1", "9")).id
    matched = Match(ola, await version(checkout, ola))
    await checkout.change(ola, remove=(card("1"),))
    await checkout.enrol("2", "1")
    before, now = item(checkout, 0, "1"), item(checkout, 0, "1", day(1))

    async with checkout.db.transaction() as tx:
        chosen = {ola: (before, matched)}
        assert await locking.lock(tx, checkout.built.ctx, chosen, [None], wait=False) == [before]
    async with checkout.db.transaction() as tx:
        chosen = {ola: (now, matched)}
        with pytest.raises(RunAgain):
            await locking.lock(tx, checkout.built.ctx, chosen, [None], wait=False)


async def test_a_holder_that_only_bought_meanwhile_is_still_the_one(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    matched = Match(ola, await version(checkout, ola))
    await buy(checkout, "p1", ola, goods(100))

    async with checkout.db.transaction() as tx:
        ready = await locking.lock(
            tx, checkout.built.ctx, {ola: (item(checkout, 0, "1"), matched)}, [None], wait=False
        )

    assert [one.n for one in ready] == [0]


async def test_a_process_that_missed_a_version_decides_nothing(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    behind = Shop(checkout.db, another(checkout.db))
    await behind.built.start()
    matched = Match(ola, await version(checkout, ola))
    await checkout.publish(CHECKOUT, None)

    with pytest.raises(VersionBehind):
        async with checkout.db.transaction() as tx:
            await locking.lock(
                tx, behind.built.ctx, {ola: (item(checkout, 0, ola), matched)}, [None], wait=False
            )


async def test_baskets_of_one_card_that_come_at_once_are_all_decided(checkout: Shop) -> None:
    """One after another, each with the balance that the one before left."""
    ola = await rich(checkout, "1", 0)

    receipts = await asyncio.gather(
        *(buy(checkout, f"p{n}", "1" if n % 2 else ola, goods(100)) for n in range(8))
    )

    after = sorted(one.wallets["points"].available for one in receipts)
    assert after == [1, 2, 3, 4, 5, 6, 7, 8]
