"""Holders between whom units pass."""

import datetime as dt
import uuid

from service.domain.holders.types import Holder, Kind
from service.flows.steps.sharing.passing import Passing
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import day


def holder(number: int, settled: dt.datetime) -> Holder:
    return Holder(uuid.UUID(int=number), Kind.MEMBER, None, 5, None, settled, day(0))


def test_all_are_settled_to_the_same_instant_the_latest_there_is() -> None:
    """One may be ahead: a till whose clock is fast has sold something."""
    ahead, behind = holder(1, day(1)), holder(2, day(-1))

    found = Passing({one.holder_id: one for one in (ahead, behind)}, day(0))

    assert found.at == day(1)
    assert {work.at for work in found.works.values()} == {day(1)}


async def test_who_is_ahead_gives_and_gets_at_that_instant(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2")
    ahead = day(0) + dt.timedelta(minutes=4)
    async with shop.db.transaction() as tx:
        await tx.connection.execute(
            "update holder set settled_at = $1 where holder_id = $2", ahead, jan
        )

    await sharing.give(ola, jan, 10)
    await sharing.give(jan, ola, 4)

    assert [entry[3] for entry in await shop.entries(jan, "stars")] == [ahead, ahead]
    assert (await shop.entries(ola, "stars"))[-1][3] == ahead
    await shop.show(ahead + dt.timedelta(minutes=1))
    assert await shop.balance(ola, "stars") == (24, 0, 0)


async def test_a_tier_that_ended_before_is_told_before(sharing: Sharing) -> None:
    """What moves `settled_at` on emits what fell due until then, tiers too."""
    shop = sharing.shop
    ola, jan = await sharing.member("1", status=150), await sharing.member("2")
    assert await shop.tier(ola) == "silver"
    await shop.show(day(400))
    await shop.adjust(jan, 30, "stars")

    await sharing.give(jan, ola, 10)

    assert [kind for kind, _ in await shop.events(ola)].count("tier.changed") == 2
    assert await shop.tier(ola) == "bronze"
