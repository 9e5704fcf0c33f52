"""A history of gift cards: sold, topped up, lapsed, blocked, held; some only printed."""

import datetime as dt

from service.domain.events import sequence
from service.infra.db import Database
from tests.flows.gift_card_shop import (
    activate,
    block,
    cards_of,
    issue,
    make,
    top_up,
    unblock,
    with_cards,
)
from tests.flows.shop import Shop, day, goods


async def make_history(url: str) -> None:
    """Things happened to six cards, not to three others; two of them hold 6,000 at the end."""
    db = await Database.open(url)
    shop = await with_cards(await Shop.open(db))
    ola = (await shop.enrol("1001")).id
    await shop.buy("a1", ola, goods(4_000))
    lapsing = await issue(shop, 2_500)
    await issue(shop)  # never sold
    await shop.show(day(30))
    await top_up(shop, lapsing.code, 1_500)
    rack = [code for code, _ in await cards_of(shop, (await make(shop, 5, "secret")).body.id)]
    await activate(shop, rack[0], 5_000)
    await block(shop, code=rack[1])
    blocked = await issue(shop, 1_000, "secret")
    await block(shop, card_id=blocked.id)
    found = await issue(shop, 1_000)
    await block(shop, card_id=found.id)
    await unblock(shop, card_id=found.id)
    assert lapsing.expires_at is not None
    await shop.show(lapsing.expires_at + dt.timedelta(days=40))
    await shop.settle()  # 2,500 and 1,500 of one card and 1,000 of another have lapsed
    await shop.built.gate.drain()
    async with db.transaction() as tx:
        await sequence.assign(tx)
    await db.close()
