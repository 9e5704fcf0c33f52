"""From locked activities to rows."""

import pytest

from service.flows.steps.activities import locking, posting
from service.flows.steps.activities.item import Item
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.match import Match
from tests.flows.shop import TILL, Shop, day
from tests.flows.telling import activity, known, tell


async def test_a_lost_natural_key_rolls_the_whole_batch_back(shop: Shop) -> None:
    """Between look-up and write somebody else was first with one of two keys."""
    members = [(await shop.enrol(f"{n}")).id for n in range(2)]
    chosen = {
        member: (
            Item(n, TILL, activity(f"k{n}", member), bytes(32), day(0)),
            Match(member, 1),
        )
        for n, member in enumerate(members)
    }
    await tell(shop, "k1", members[1])
    before = await shop.tables()

    async def write() -> None:
        async with shop.db.transaction() as tx:
            ready = await locking.lock(tx, shop.built.ctx, chosen, [None, None], wait=True)
            await posting.post(tx, shop.built.ctx, ready)

    with pytest.raises(RunAgain):
        await write()

    assert await shop.tables() == before


async def test_all_of_a_batch_are_written_and_nothing_of_none(shop: Shop) -> None:
    members = [(await shop.enrol(f"{n}")).id for n in range(2)]
    chosen = {
        member: (
            Item(n, TILL, activity(f"k{n}", member), bytes(32), day(0)),
            Match(member, 1),
        )
        for n, member in enumerate(members)
    }

    async with shop.db.transaction() as tx:
        ready = await locking.lock(tx, shop.built.ctx, chosen, [None, None], wait=True)
        await posting.post(tx, shop.built.ctx, ready)
        await posting.post(tx, shop.built.ctx, [])

    assert [await known(shop, member) for member in members] == [["k0"], ["k1"]]
