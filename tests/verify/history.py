"""A mixed history, recorded by the verbs while the clock moves: all that is to be verified."""

import pathlib
from typing import Final

from service.domain.events import sequence
from service.domain.imports.types import Opening
from service.domain.members.types import MemberView
from service.flows.members.import_members import ImportMember, import_members
from service.infra.db import Database
from service.kernel.answer import Answer
from tests.flows.shop import TILL, Shop, card, day, goods

PROGRAM: Final = (pathlib.Path(__file__).parent / "program.yaml").read_text()


async def make(url: str) -> None:
    """Half a year of three members, one brought along, one who joins late, and a stranger."""
    db = await Database.open(url)
    shop = await Shop.open(db)
    await shop.publish(PROGRAM)
    ola, jan, eve = [await shop.enrol(number) for number in ("1001", "1002", "1003")]
    await _bring_along(shop)
    await _first_weeks(shop, ola, jan)
    await _summer(shop, ola, jan, eve)
    await shop.built.gate.drain()
    async with db.transaction() as tx:
        await sequence.assign(tx)
    await shop.buy("unplaced", eve.id, goods(900))
    await db.close()


async def _bring_along(shop: Shop) -> None:
    """A member of an earlier system, with units that lapse, last, and count for a tier."""
    lots = (
        Opening(wallet="points", amount=40, earned_at=day(-20), expires_at=day(10)),
        Opening(wallet="points", amount=60, earned_at=day(-10)),
        Opening(wallet="status", amount=120, earned_at=day(-10)),
    )
    row = ImportMember(identifiers=(card("4001"),), enrolled_at=day(-60), opening=lots)
    (came,) = await import_members(shop.built.ctx, TILL, [row])
    assert isinstance(came, Answer)


async def _first_weeks(shop: Shop, ola: MemberView, jan: MemberView) -> None:
    """Earning, budgets and limits used up, returns, a return that comes first, debt, releases."""
    await shop.buy("a1", ola.id, goods(12_000), goods(3_000, 3, category="beans"))
    await shop.buy("a2", ola.id, goods(4_000, 4, brand="acme"), goods(600, category="beans"))
    await shop.buy("a3", jan.id, goods(9_000, 9, brand="acme"))  # 60 stars are left for 9 units
    for number in range(4):  # three of them by the budget
        await shop.buy(f"app{number}", jan.id, goods(500), channel="app")
    await shop.buy("u1", "2001", goods(7_000))
    await shop.buy("u2", None, goods(800))
    await shop.show(day(3))
    await shop.buy("u3", "2001", goods(2_500, 5, category="beans"))
    await shop.bring_back("r1", "a2", {1: 1})
    await shop.bring_back("r2", "a2", {1: 2, 2: None})
    await shop.bring_back("r3", "app1")
    await shop.bring_back("r4", "a4", {1: 1})  # parked
    await shop.bring_back("r5", "never", None)  # parked for good
    await shop.show(day(5))
    await shop.buy("a4", jan.id, goods(5_000, 2), goods(4_000, category="piano"))
    await shop.show(day(20))
    available, *_ = await shop.balance(jan.id)
    await shop.adjust(jan.id, -available)
    await shop.bring_back("r6", "a3")  # 90 points of debt
    await shop.adjust(jan.id, 20)  # pays of it at once
    await shop.buy("a5", jan.id, goods(3_000))
    await shop.show(day(35))
    await shop.settle()  # a5 is released and pays the rest; stars expire


async def _summer(shop: Shop, ola: MemberView, jan: MemberView, eve: MemberView) -> None:
    """Late purchases, claims, expiry, tiers that end, a tier given back."""
    await shop.show(day(40))
    await shop.buy("late1", ola.id, goods(6_000, 6, brand="acme"), at=day(2))  # stars lapse at once
    await shop.buy("late2", ola.id, goods(1_000), at=day(39))
    await shop.change(ola.id, add=(card("2001"),))
    await shop.buy("b1", "3001", goods(20_000, 2))
    await shop.show(day(45))
    await shop.enrol("3001")
    await shop.buy("b2", eve.id, goods(40_000, category="piano"))
    await shop.show(day(60))
    await shop.settle()
    await shop.bring_back("r7", "b2", {1: "0.5"})
    await shop.bring_back("r8", "late1")
    await shop.buy("b3", ola.id, goods(11_000))
    await shop.show(day(150))
    await shop.settle()
    await shop.buy("b4", ola.id, goods(12_000, category="beans"), goods(300, brand="acme"))
    await shop.show(day(151))
    await shop.buy("b5", ola.id, goods(1_000))  # gifts for what b4 was
    await shop.bring_back("r9", "b4", {1: None})
