"""Tests of service/flows/steps/returns/hindsight.py: segments and clubs that a return unmakes."""

import asyncio
import uuid

import pytest

from service.domain.returns.types import VoidPurchase
from tests.flows.checkout.test_exchange_items import do, exchange
from tests.flows.moves import move
from tests.flows.segment_shop import SEGMENTS, Segments
from tests.flows.shop import TILL, day, goods

RULES = """      - {id: big, trigger: {segment_enter: spenders}, then: [points: {fixed: 500}]}
      - {id: back, trigger: {segment_leave: drifting}, then: [points: {fixed: 40}]}
      - {id: in, trigger: {club_join: elite}, then: [points: {fixed: 7}]}
"""


async def _with_rules(segments: Segments) -> uuid.UUID:
    """A member of a program with rules for segments and clubs, on day 0."""
    await segments.shop.publish(SEGMENTS.replace("\nsegments:", RULES + "\nsegments:"), None)
    await segments.shop.show(day(0.01))
    return await segments.member("1")


async def _points(segments: Segments, member: uuid.UUID) -> int:
    return (await segments.shop.balance(member))[0]


async def test_who_enters_and_brings_it_back_keeps_nothing(segments: Segments) -> None:
    ola = await _with_rules(segments)
    bought = await segments.shop.buy("p", ola, goods(10_000))
    assert bought.wallets["points"].available == 100 + 500 + 7

    receipt = await segments.shop.bring_back("r", "p")

    assert receipt.wallets["points"].available == 0
    assert await _points(segments, ola) == 0


async def test_what_is_void_has_let_nobody_in(segments: Segments) -> None:
    ola = await _with_rules(segments)
    bought = await segments.shop.buy("p", ola, goods(10_000), store=None)

    await segments.shop.verbs.void_purchase(TILL, bought.id, VoidPurchase(reason="mistyped"))

    assert await _points(segments, ola) == 0


async def test_a_part_that_leaves_the_segment_takes_nothing(segments: Segments) -> None:
    ola = await _with_rules(segments)
    await segments.shop.buy("p", ola, goods(20_000, 2))

    await segments.shop.bring_back("r1", "p", {1: 1})
    assert await _points(segments, ola) == 100 + 500 + 7

    await segments.shop.bring_back("r2", "p", {1: 1})
    assert await _points(segments, ola) == 0


@pytest.mark.parametrize("back", ["p1", "p2"])
async def test_whichever_of_two_purchases_comes_back(segments: Segments, back: str) -> None:
    ola = await _with_rules(segments)
    await segments.shop.buy("p1", ola, goods(5_000))
    await segments.shop.buy("p2", ola, goods(5_000))

    await segments.shop.bring_back("r", back)

    assert await _points(segments, ola) == 50


async def test_who_comes_back_and_regrets_it_was_not_back(segments: Segments) -> None:
    ola = await _with_rules(segments)
    await segments.shop.buy("p1", ola, goods(1_000), at=day(0.02))
    await segments.look(day(70))
    await segments.shop.buy("p2", ola, goods(1_000), at=day(71))
    assert await _points(segments, ola) == 10 + 40 + 10

    await segments.shop.bring_back("r", "p2", at=day(72))

    assert await _points(segments, ola) == 10


async def test_what_another_purchase_holds_up_stays(segments: Segments) -> None:
    ola = await _with_rules(segments)
    await segments.shop.buy("p1", ola, goods(10_000))
    await segments.shop.buy("p2", ola, goods(10_000))

    await segments.shop.bring_back("r", "p2")

    assert await _points(segments, ola) == 100 + 500 + 7


async def test_a_term_in_a_club_ends_with_what_opened_it(segments: Segments) -> None:
    ola = await _with_rules(segments)
    for key in ("p1", "p2", "p3"):
        await segments.shop.buy(key, ola, goods(100))
    assert await segments.told(ola, "club.joined", "club.left") == [("club.joined", "regulars")]

    await segments.shop.bring_back("r", "p1")

    told = [data for kind, data in await segments.shop.events(ola) if kind == "club.left"]
    assert [(one["club"], one["why"]) for one in told] == [("regulars", "returned")]


async def test_a_term_that_was_deserved_without_it_goes_on(segments: Segments) -> None:
    ola = await _with_rules(segments)
    for key in ("p1", "p2", "p3", "p4"):
        await segments.shop.buy(key, ola, goods(100))

    await segments.shop.bring_back("r", "p4")

    assert await segments.told(ola, "club.joined", "club.left") == [("club.joined", "regulars")]


async def test_an_exchange_for_as_much_enters_again(segments: Segments) -> None:
    ola = await _with_rules(segments)
    await segments.shop.buy("p", ola, goods(10_000))

    done = (await do(segments.shop, exchange("x", ola, "p", goods(10_000)))).body

    assert done.purchase.wallets["points"].available == 100 + 500 + 7
    assert await _points(segments, ola) == 100 + 500 + 7
    await segments.look()
    assert "spenders" in await segments.belongs(ola)


async def test_a_purchase_that_goes_and_comes_back_gives_each_time(segments: Segments) -> None:
    ola = await _with_rules(segments)
    jan = await segments.member("2")
    bought = await segments.shop.buy("p", ola, goods(10_000))

    await move(segments.shop, bought.id, ola, jan)
    assert (await _points(segments, ola), await _points(segments, jan)) == (0, 607)
    await move(segments.shop, bought.id, jan, ola)

    assert (await _points(segments, ola), await _points(segments, jan)) == (607, 0)
    await segments.look()
    assert "spenders" not in await segments.belongs(jan)


async def test_returns_and_purchases_at_once_leave_what_is_left(segments: Segments) -> None:
    ola = await _with_rules(segments)
    bought = (segments.shop.buy(f"p{n}", ola, goods(5_000)) for n in range(3))
    await asyncio.gather(*bought, segments.look())
    assert await _points(segments, ola) == 150 + 500 + 7

    back = (segments.shop.bring_back(f"r{n}", f"p{n}") for n in range(3))
    await asyncio.gather(*back, segments.look())

    assert await _points(segments, ola) == 0
