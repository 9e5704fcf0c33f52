"""A history of purchases paid with gift cards: in part, beyond them, given back, held, captured."""

from service.domain.events import sequence
from service.domain.purchases.basket import GiftCardIn
from service.infra.db import Database
from tests.flows.counter import CHECKOUT, buy, hold, report
from tests.flows.gift_card_shop import issue
from tests.flows.shop import Shop, goods


def by(code: str, amount: int) -> tuple[GiftCardIn, ...]:
    """A card that pays."""
    return (GiftCardIn(code=code, amount=amount),)


async def make_history(url: str) -> None:
    """One card of 50.00 paid 12.00, of which 6.00 came back, 5.00 it had held, and has 7.00 held.

    Another had 1.00 and paid 3.00 at a till.
    """
    db = await Database.open(url)
    shop = await Shop.open(db)
    await shop.publish(CHECKOUT)
    gift, small = await issue(shop, 5_000), await issue(shop, 100)
    await buy(shop, "p1", None, goods(2_400, 2), gift_cards=by(gift.code, 1_200))
    await shop.bring_back("r1", "p1", {1: 1})
    held = await hold(shop, "c1", None, goods(500), gift_cards=by(gift.code, 500))
    await buy(shop, "p2", None, goods(500), gift_cards=by(gift.code, 500), hold_id=held.id)
    await hold(shop, "c2", None, goods(900), gift_cards=by(gift.code, 700))
    await report(shop, "p3", None, goods(300), gift_cards=by(small.code, 300))
    await shop.built.gate.drain()
    async with db.transaction() as tx:
        await sequence.assign(tx)
    await db.close()
