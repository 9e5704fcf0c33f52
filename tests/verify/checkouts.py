"""A history of checkouts: holds that end in every way, redemptions, what returns give back."""

import pathlib
import uuid
from typing import Any, Final

from service.domain.events import sequence
from service.domain.purchases.basket import LineIn, MemberRef, RedeemIn
from service.domain.purchases.types import HoldView, Mode, PlaceHold
from service.infra.db import Database
from tests.flows.shop import TILL, Shop, day, goods

PROGRAM: Final = (pathlib.Path(__file__).parent / "checkouts.yaml").read_text()
HALF_HOUR: Final = 1800


async def make(url: str) -> None:
    """Three members in six weeks; at the end one hold is open, with all that a hold may keep."""
    db = await Database.open(url)
    shop = await Shop.open(db)
    await shop.publish(PROGRAM)
    ola, jan, eve = [(await shop.enrol(number)).id for number in ("1001", "1002", "1003")]
    await _captured_and_released(shop, ola)
    await _timed_out(shop, ola, jan)
    await _overrun(shop, jan)
    await _given_back(shop, ola, jan)
    await shop.buy("e1", eve, goods(5_000), coupons=("SHARED",))
    await hold(shop, "e2", eve, goods(3_000), points=400, coupons=("SHARED",), hold_for=HALF_HOUR)
    await shop.built.gate.drain()
    async with db.transaction() as tx:
        await sequence.assign(tx)
    await db.close()


async def hold(
    shop: Shop, checkout: str, member: uuid.UUID, *lines: LineIn, points: int = 0, **fields: Any
) -> HoldView:
    """Place a hold in the web shop."""
    body = PlaceHold(
        channel="web",
        checkout=checkout,
        currency="EUR",
        member=MemberRef(id=member),
        lines=lines,
        redeem=paying(points),
        **fields,
    )
    return (await shop.verbs.place_hold(TILL, body)).body


def paying(points: int) -> tuple[RedeemIn, ...]:
    """So many points, or none."""
    return (RedeemIn(wallet="points", amount=points),) if points else ()


async def _captured_and_released(shop: Shop, ola: uuid.UUID) -> None:
    """One with the basket it was placed for, one with another, one given up."""
    await shop.buy("a1", ola, goods(4_000))
    lines = (goods(1_000), goods(500, 3))
    kept = await hold(shop, "a2", ola, *lines, points=700, coupons=("SHARED",))
    await shop.buy("a2", ola, *lines, redeem=paying(700), coupons=("SHARED",), hold_id=kept.id)
    kept = await hold(shop, "a3", ola, goods(2_000), points=900)
    await shop.buy("a3", ola, goods(1_500), redeem=paying(800), hold_id=kept.id)
    kept = await hold(shop, "a4", ola, goods(2_000), points=900)
    await shop.verbs.release_hold(TILL, kept.id)


async def _timed_out(shop: Shop, ola: uuid.UUID, jan: uuid.UUID) -> None:
    """Units that outlived their lot lapse, others pay debt, when a hold has timed out."""
    await shop.show(day(29.9))
    await shop.buy("b0", jan, goods(3_000))
    await hold(shop, "b1", ola, goods(2_000), points=600, hold_for=HALF_HOUR * 12)
    await shop.show(day(30))
    await shop.settle()  # all that is not held has lapsed
    await shop.show(day(31))
    await shop.settle()
    await hold(shop, "b2", jan, goods(3_000), points=2_000, hold_for=HALF_HOUR)
    await shop.bring_back("b3", "b0")  # what is held is left alone: debt
    await shop.show(day(32))
    await shop.buy("b4", ola, goods(100))
    await shop.settle()


async def _overrun(shop: Shop, jan: uuid.UUID) -> None:
    """More was redeemed at a till than was there; part of it comes back as less debt."""
    await shop.show(day(33))
    await shop.buy("c1", jan, goods(1_000))
    await shop.buy("c2", jan, goods(3_000, 3), redeem=paying(1_500), mode=Mode.RECORD)
    await shop.bring_back("c3", "c2", {1: 1})
    await shop.buy("c4", jan, goods(4_000))  # pays the debt
    await shop.bring_back("c5", "c2", {1: 2})


async def _given_back(shop: Shop, ola: uuid.UUID, jan: uuid.UUID) -> None:
    """To lots that live, one after another, and as new ones for those that have lapsed."""
    await shop.buy("d1", ola, goods(2_000))
    await shop.buy("d2", ola, goods(1_800, 2), redeem=paying(1_200), coupons=("SHARED",))
    await shop.bring_back("d3", "d2", {1: 1})
    await shop.show(day(64))
    await shop.bring_back("d4", "d2", {1: 1})
    await shop.bring_back("d5", "a2")
    await shop.buy("d6", jan, goods(700))
