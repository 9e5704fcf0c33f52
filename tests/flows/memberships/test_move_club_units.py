"""Units between a member and the pool of a club.

Also of service/domain/clubs/pools.py.
Also of service/flows/steps/clubs/pooling.py.
"""

import pytest

from service.domain.clubs.errors import (
    ClubDrawLimitReached,
    ClubNotFound,
    NotInClub,
    WalletNotOfClub,
)
from service.domain.idempotency.errors import IdempotencyKeyReused
from service.domain.members.errors import MemberNotFound
from service.domain.wallets.errors import InsufficientPoints
from service.kernel.answer import Answer
from service.kernel.ids import new_id
from tests.flows.membership_shop import Memberships, at_once
from tests.flows.shop import day


async def test_members_give_to_the_pool_and_draw_from_it(table: Memberships) -> None:
    ola, jan = await table.full(2)
    await table.shop.adjust(ola, 100)

    given = (await table.give(ola, 80)).body
    drawn = (await table.draw(jan, 30)).body

    assert (given.pool.available, given.balance.available) == (80, 20)
    assert (drawn.pool.available, drawn.balance.available, drawn.left) == (50, 30, 20)


async def test_what_was_given_stays_when_its_giver_leaves(table: Memberships) -> None:
    ola, jan = await table.full(2)
    await table.shop.adjust(ola, 100)
    await table.give(ola, 100)
    await table.leave(ola)

    assert (await table.draw(jan, 50)).body.pool.available == 50
    with pytest.raises(ClubNotFound):
        await table.draw(ola, 1)


async def test_nobody_draws_more_a_month_than_they_may_also_at_once(table: Memberships) -> None:
    ola, jan = await table.full(2)
    await table.shop.adjust(ola, 1_000)
    await table.give(ola, 1_000)

    answers = await at_once(*(table.draw(jan, 20) for _ in range(5)))

    assert sum(isinstance(one, Answer) for one in answers) == 2
    assert sum(isinstance(one, ClubDrawLimitReached) for one in answers) == 3
    await table.shop.show(day(31))
    assert (await table.draw(jan, 50)).body.left == 0


async def test_the_first_units_at_once_make_one_pool(table: Memberships) -> None:
    ola, jan = await table.full(2)
    for one in (ola, jan):
        await table.shop.adjust(one, 10)

    answers = await at_once(table.give(ola, 10), table.give(jan, 10))

    assert sorted(one.body.pool.available for one in answers) == [10, 20]


async def test_only_members_give_and_draw(table: Memberships) -> None:
    (ola,) = await table.full(1)
    await table.shop.adjust(ola, 100)
    pool = (await table.give(ola, 80)).body.pool
    async with table.shop.db.reading() as tx:
        of_club = await tx.connection.fetchval("select holder_id from club where holder_id notnull")

    for nobody in (new_id(), of_club):
        for moved in (table.give(nobody, 1), table.draw(nobody, 1)):
            with pytest.raises(MemberNotFound):
                await moved

    assert (await table.draw(ola, 1)).body.pool.available == pool.available - 1


async def test_the_same_key_moves_once(table: Memberships) -> None:
    (ola,) = await table.full(1)
    await table.shop.adjust(ola, 100)

    first, again = [await table.give(ola, 10, "the-same-key") for _ in range(2)]

    assert (first.replayed, again.replayed, first.body) == (False, True, again.body)
    with pytest.raises(IdempotencyKeyReused):
        await table.give(ola, 11, "the-same-key")


async def test_what_cannot_be_moved_writes_nothing(table: Memberships) -> None:
    ola, jan = await table.full(2)
    eve = await table.member("9")
    terrace = table.of("terrace")
    await terrace.let_in(ola)
    await table.pause(jan, day(9))
    before = await table.shop.tables()
    with pytest.raises(InsufficientPoints):
        await table.give(ola, 1)
    with pytest.raises(InsufficientPoints):
        await table.draw(ola, 1)
    with pytest.raises(WalletNotOfClub):
        await terrace.give(ola, 1)
    with pytest.raises(WalletNotOfClub):
        await table.give(ola, 1, wallet="gifts")
    with pytest.raises(NotInClub):
        await table.draw(jan, 1)
    with pytest.raises(NotInClub):
        await terrace.give(eve, 1)
    for club in ("roasters", "nothing"):
        with pytest.raises(ClubNotFound):
            await table.of(club).give(eve, 1)
    assert await table.shop.tables() == before
