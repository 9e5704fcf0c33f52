"""A history in which each thing that can be undone was undone, some of it and done anew."""

import uuid

from service.domain.events import sequence
from service.infra.db import Database
from tests.flows.coupon_shop import give as give_coupon
from tests.flows.gift_card_shop import CARDS, activate, issue, top_up
from tests.flows.reward_shop import REWARDS, hand_over, redeem
from tests.flows.sharing_shop import SHARING, Sharing
from tests.flows.shop import Shop, day, goods
from tests.flows.undoing import MANAGER, undo


async def make(url: str) -> None:
    """Two members and three gift cards in six weeks."""
    db = await Database.open(url)
    shop = await Shop.open(db)
    await shop.publish(SHARING + REWARDS + CARDS)
    sharing = Sharing(shop)
    ola, jan = await sharing.member("1001", points=500), await sharing.member("1002")
    await _adjusted(shop, ola)
    await _shared(sharing, ola, jan)
    await _carded(shop)
    given = await give_coupon(shop, ola, "FREE")
    await _undo(shop, given.operation_id)
    had = await redeem(shop, ola, "mug")
    await _undo(shop, (await hand_over(shop, had)).body.operation_id)
    await hand_over(shop, had)
    other = await redeem(shop, ola, "tree")
    await _undo(shop, other.id)
    bought = await shop.buy("v1", jan, goods(2_000), store="waw-01")
    await _undo(shop, bought.id)
    await shop.show(day(40))
    await shop.settle()
    await shop.built.gate.drain()
    async with db.transaction() as tx:
        await sequence.assign(tx)
    await db.close()


async def _undo(shop: Shop, op_id: uuid.UUID | None) -> None:
    assert op_id is not None
    await undo(shop, op_id, MANAGER, store="waw-01")


async def _adjusted(shop: Shop, member: uuid.UUID) -> None:
    """35 given and taken back, 5 of them of another lot; 45 taken, given back when all lapsed."""
    first = await shop.adjust(member, 35, "stars")
    await shop.adjust(member, 60, "stars")
    await shop.adjust(member, -5, "stars")
    await _undo(shop, first.id)
    taken = await shop.adjust(member, -45, "stars")
    await shop.show(day(31))
    await _undo(shop, taken.id)


async def _shared(sharing: Sharing, ola: uuid.UUID, jan: uuid.UUID) -> None:
    """One transfer stands; those undone went to a member, into a pool and out of it."""
    shop = sharing.shop
    await shop.adjust(ola, 80, "stars")
    await _undo(shop, (await sharing.give(ola, jan, 30)).id)
    await sharing.give(ola, jan, 20)
    home = await sharing.household(ola, jan)
    await _undo(shop, (await sharing.pool(home, ola, 25)).id)
    await sharing.pool(home, ola, 25)
    await _undo(shop, (await sharing.draw(home, jan, 10)).id)


async def _carded(shop: Shop) -> None:
    """A top-up, a sale, and a card that was sold anew."""
    card = await issue(shop, 3_000)
    await _undo(shop, (await top_up(shop, card.code, 2_000)).body.operation_id)
    paper = await issue(shop)
    await _undo(shop, (await activate(shop, paper.code, 1_500)).body.operation_id)
    again = await issue(shop, 2_500)
    await _undo(shop, again.operation_id)
    await activate(shop, again.code, 4_000)
