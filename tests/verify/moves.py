"""A history of purchases that went from one member to another, and back."""

import pathlib
from typing import Final

from service.domain.events import sequence
from service.infra.db import Database
from tests.flows.moves import move
from tests.flows.shop import Shop, day, goods

PROGRAM: Final = (pathlib.Path(__file__).parent / "program.yaml").read_text()


async def make(url: str) -> None:
    """One moves twice, with a return at each member; one is claimed and moves once."""
    db = await Database.open(url)
    shop = await Shop.open(db)
    await shop.publish(PROGRAM)
    ola, jan = [(await shop.enrol(number)).id for number in ("1001", "1002")]
    first = await shop.buy("a", ola, goods(4_000, 4, category="beans"), at=day(0.1))
    await shop.bring_back("r1", "a", {1: 1})
    await move(shop, first.id, ola, jan)
    await shop.bring_back("r2", "a", {1: 1})
    await move(shop, first.id, jan, ola)
    second = await shop.buy("b", "77", goods(1_000), at=day(1))
    eve = (await shop.enrol("77")).id
    await move(shop, second.id, eve, jan)
    await shop.built.gate.drain()
    async with db.transaction() as tx:
        await sequence.assign(tx)
    await db.close()
