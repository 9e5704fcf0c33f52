"""A history of what members share: transfers, a household that lives and one that was dissolved."""

from service.domain.events import sequence
from service.infra.db import Database
from tests.flows.sharing_shop import SHARING, Sharing
from tests.flows.shop import Shop, day, goods


async def make(url: str) -> None:
    """Four members in six weeks; units that lapse, pay debt, come back after they were given."""
    db = await Database.open(url)
    shop = await Shop.open(db)
    await shop.publish(SHARING)
    sharing = Sharing(shop)
    ola, jan, eve, tom = [
        await sharing.member(number) for number in ("1001", "1002", "1003", "1004")
    ]
    await shop.buy("a1", ola, goods(900, 9, brand="acme"))
    await shop.adjust(ola, 25, "stars")
    await sharing.give(ola, jan, 40)
    await sharing.give(jan, ola, 5)
    await shop.buy("a2", eve, goods(300, 3, brand="acme"))
    await shop.adjust(eve, -30, "stars")
    await shop.bring_back("a3", "a2")
    await sharing.give(ola, eve, 35)  # pays 30 of debt
    home, other = await sharing.household(ola, jan), await sharing.household(eve, tom)
    await sharing.pool(home, ola, 20)
    await sharing.pool(home, jan, 10)
    await shop.show(day(3))
    await sharing.draw(home, jan, 15)
    await shop.adjust(tom, 12, "gifts")
    await sharing.pool(other, tom, 12, "gifts")
    await sharing.leave(other, tom)
    await sharing.dissolve(other, eve)
    await shop.bring_back("a4", "a1", {1: 4})
    await shop.show(day(40))
    await shop.settle()
    await shop.built.gate.drain()
    async with db.transaction() as tx:
        await sequence.assign(tx)
    await db.close()
