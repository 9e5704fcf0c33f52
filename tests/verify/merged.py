"""A history with members who are one person: one merged for good, one twice two again, a chain."""

from service.domain.events import sequence
from service.infra.db import Database
from tests.flows.counter import CHECKOUT, buy, rich
from tests.flows.merging import merge, unmerge
from tests.flows.shop import Shop, day, goods


async def make(url: str) -> None:
    """Units that came, were paid with, given back in place of others', went back; debt; tiers."""
    db = await Database.open(url)
    shop = await Shop.open(db)
    await shop.publish(CHECKOUT)
    ola, jan, eve, tom = [await rich(shop, n, 1_000) for n in ("1001", "1002", "1003", "1004")]
    for key, who in (("a", ola), ("b", jan), ("c", eve)):
        await buy(shop, f"{key}1", who, goods(4_000, 2, category="mug"), points=500, at=day(1))
    await buy(shop, "d1", tom, goods(20_000), at=day(1))
    await buy(shop, "d2", tom, goods(4_000), points=1_200, at=day(2))
    await shop.bring_back("rd", "d1", at=day(3))  # tom owes
    await merge(shop, jan, eve)
    await merge(shop, ola, jan)
    await shop.show(day(4))
    await shop.bring_back("rb", "b1", {0: 1})
    await buy(shop, "b2", "1002", goods(2_000, category="cake"), points=400)
    await unmerge(shop, jan)
    await shop.bring_back("rc", "c1", {0: 1})
    await merge(shop, ola, tom)
    await shop.built.gate.drain()
    async with db.transaction() as tx:
        await sequence.assign(tx)
    await db.close()
