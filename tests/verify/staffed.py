"""A history of staff: what they adjusted alone, what was approved, refused and forgotten."""

import datetime as dt

from service.domain.events import sequence
from service.infra.db import Database
from tests.flows.caps import CAPPED, JAN, Caps
from tests.flows.shop import Shop, day


async def make(url: str) -> None:
    """Two members in two days; eva adjusts 500 + 300 points and 20 stars alone, jan 500 points."""
    db = await Database.open(url)
    shop = await Shop.open(db)
    await shop.publish(CAPPED)
    caps = Caps(shop)
    ola, tom = [(await shop.enrol(number)).id for number in ("1001", "1002")]
    await caps.alone(ola, 500)
    await caps.alone(ola, -300)
    await caps.alone(tom, 20, "stars")
    await caps.alone(tom, 500, by=JAN)
    await shop.adjust(tom, 5_000)
    approved = await caps.asked(tom, -600)
    refused = await caps.asked(ola, 1)
    await caps.approve(approved.id)
    await caps.refuse(refused.id)
    await caps.approve((await caps.asked(tom, 5, "status")).id)
    await caps.asked(tom, 7, "status")
    await shop.show(day(1) + dt.timedelta(hours=1))
    await caps.alone(ola, 400)
    await shop.settle()
    await shop.built.gate.drain()
    async with db.transaction() as tx:
        await sequence.assign(tx)
    await db.close()
