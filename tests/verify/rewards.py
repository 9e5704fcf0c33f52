"""A history of rewards: held, granted, handed over, cancelled and timed out, each of them once."""

import pathlib
from typing import Final

from service.domain.events import sequence
from service.infra.db import Database
from tests.flows.reward_shop import cancel, grant, hand_over, member, redeem
from tests.flows.shop import BEGINNING, Shop, day, goods

PROGRAM: Final = (pathlib.Path(__file__).parent / "rewards.yaml").read_text()


async def make(url: str) -> None:
    """Two members in three months; at the end one redemption is held."""
    db = await Database.open(url)
    shop = await Shop.open(db)
    await shop.publish(PROGRAM, BEGINNING)
    ola = await member(shop, 1_000, "1001")
    jan = await member(shop, 200, "1002")
    await shop.buy("a", ola, goods(6_000))
    await shop.show(day(1))
    await redeem(shop, ola, "voucher")  # granted, with a coupon
    await cancel(shop, await redeem(shop, ola, "voucher"))
    await hand_over(shop, await redeem(shop, ola, "mug"))
    await grant(shop, await redeem(shop, ola, "mug", hold=600))  # captured
    undone = (await grant(shop, await redeem(shop, ola, "mug", hold=600))).body
    await cancel(shop, undone)  # captured, then cancelled
    await cancel(shop, await redeem(shop, jan, "mug", hold=600))  # released
    await redeem(shop, jan, "mug", hold=600)  # times out
    await redeem(shop, ola, "buyers")
    await shop.show(day(80))
    await cancel(shop, await redeem(shop, jan, "tree"))
    lapsing = await redeem(shop, jan, "tree")
    await shop.show(day(100))
    await cancel(shop, lapsing)  # its lot has lapsed: a new one
    await shop.adjust(ola, 300)
    await redeem(shop, ola, "mug", hold=7 * 24 * 3600)
    await shop.built.gate.drain()
    async with db.transaction() as tx:
        await sequence.assign(tx)
    await db.close()
