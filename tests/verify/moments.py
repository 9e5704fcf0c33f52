"""A history of what happened to members beyond purchases."""

import datetime as dt

from service.domain.events import sequence
from service.domain.members.types import Profile
from service.infra.db import Database
from tests.flows.moments_shop import MOMENTS, Moments
from tests.flows.shop import Shop, day, goods
from tests.flows.telling import tell


async def make(url: str) -> None:
    """One who climbs and has a birthday, one who brings back what lifted them."""
    db = await Database.open(url)
    shop = await Shop.open(db)
    await shop.publish(MOMENTS)
    moments = Moments(shop)
    ola = await moments.member("1", profile=Profile(birth_date=dt.date(1990, 3, 4)))
    jan = await moments.member("2")
    await shop.buy("p1", ola, goods(10_000, category="book"))
    await shop.buy("p2", jan, goods(10_000))
    await shop.bring_back("r2", "p2")
    await tell(shop, "a1", ola, "review")
    await tell(shop, "a2", jan, "oath")
    await tell(shop, "a3", jan, "photo")
    await shop.show(day(2))
    await moments.through()
    await shop.settle()
    await shop.built.gate.drain()
    async with db.transaction() as tx:
        await sequence.assign(tx)
    await db.close()
