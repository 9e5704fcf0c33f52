"""Units into the pool of a household, and out of it."""

import asyncio
import datetime as dt
import uuid
from typing import Any

import pytest

from service.domain.households.errors import (
    DissolvedHousehold,
    DrawLimitReached,
    HouseholdNotFound,
    HouseholdsNotOffered,
    NotInHousehold,
    WalletNotPooled,
)
from service.domain.households.types import MovePooled
from service.domain.idempotency.errors import IdempotencyKeyReused
from service.domain.wallets.errors import InsufficientPoints, UnknownWallet
from service.kernel.ids import new_id
from service.kernel.values import Balance
from tests.flows.sharing_shop import SHARING, Sharing
from tests.flows.shop import TILL, another, day, goods


async def test_lots_keep_when_they_lapse_on_the_way_in_and_out(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2")
    home = await sharing.household(ola, jan)
    ((lapses, _),) = [
        (one.expires_at, one.amount) for one in (await shop.wallets(ola))["stars"].expiring
    ]
    await shop.show(day(20))

    given = await sharing.pool(home, ola, 25)
    drawn = await sharing.draw(home, jan, 10)

    assert given.pool == Balance(available=25, pending=0, held=0, debt=0)
    assert given.balance == Balance(available=5, pending=0, held=0, debt=0)
    assert (given.left, drawn.left) == (50, 40)
    assert drawn.pool == Balance(available=15, pending=0, held=0, debt=0)
    (lot,) = (await shop.wallets(jan))["stars"].expiring
    assert (lot.expires_at, lot.amount) == (lapses, 10)
    pool = (await shop.reads.household(home)).pool["stars"]
    assert [(one.expires_at, one.amount) for one in pool.expiring] == [(lapses, 15)]
    await shop.show(day(31))
    assert (await shop.reads.household(home)).pool["stars"].balance.available == 0
    assert await shop.settle() >= 1  # of the pool too, though nobody asks for it
    assert (await shop.events(home))[-1][0] == "points.expired"


async def test_both_sides_are_told(sharing: Sharing) -> None:
    ola = await sharing.member("1", stars=30)
    home = await sharing.household(ola)

    given = await sharing.pool(home, ola, 25)
    drawn = await sharing.draw(home, ola, 10)

    def told(receipt: Any, kind: str, other: uuid.UUID, amount: int) -> tuple[str, dict[str, Any]]:
        changes = [{"wallet": "stars", "amount": amount, "pending": 0, "debt": 0}]
        data = {"operation_id": str(receipt.id), "other_id": str(other), "kind": kind}
        return ("points.transferred", {**data, "changes": changes})

    assert (await sharing.shop.events(home))[-2:] == [
        told(given, "pooled", ola, 25),
        told(drawn, "drawn", ola, -10),
    ]
    assert (await sharing.shop.events(ola))[-2:] == [
        told(given, "pooled", home, -25),
        told(drawn, "drawn", home, 10),
    ]


async def test_a_return_takes_back_from_who_earned_not_from_the_pool(sharing: Sharing) -> None:
    shop = sharing.shop
    ola = await sharing.member("1")
    home = await sharing.household(ola)
    await shop.buy("a", ola, goods(100, 5, brand="acme"), at=day(0))
    await sharing.pool(home, ola, 50)

    await shop.bring_back("r", "a", at=day(1))

    assert await shop.balance(ola, "stars") == (0, 0, 50)
    assert (await shop.reads.household(home)).pool["stars"].balance.available == 50
    drawn = await sharing.draw(home, ola, 30)  # pays of the debt
    assert drawn.balance == Balance(available=0, pending=0, held=0, debt=20)


async def test_drawing_is_limited_by_person_and_calendar_month(sharing: Sharing) -> None:
    shop = sharing.shop
    april = dt.datetime(2026, 3, 31, 22, tzinfo=dt.UTC)  # of Warsaw
    await shop.show(april - dt.timedelta(minutes=5))
    ola, jan = await sharing.member("1", stars=200), await sharing.member("2")
    home = await sharing.household(ola, jan)
    await sharing.pool(home, ola, 200)
    assert (await sharing.draw(home, jan, 30)).left == 20
    with pytest.raises(DrawLimitReached) as refused:
        await sharing.draw(home, jan, 21)
    assert refused.value.members() == {"wallet": "stars", "left": 20}
    await sharing.draw(home, ola, 50)  # another person's is another limit

    await shop.show(april + dt.timedelta(minutes=5))

    assert (await sharing.draw(home, jan, 50)).left == 0
    (_, person) = (await shop.reads.household(home)).people
    assert (person.drew, person.drawn) == ({"stars": 80}, {"stars": 50})


async def test_what_one_puts_in_does_not_raise_what_one_may_draw(sharing: Sharing) -> None:
    ola = await sharing.member("1", stars=200)
    home = await sharing.household(ola)
    await sharing.pool(home, ola, 100)
    await sharing.draw(home, ola, 50)

    assert (await sharing.pool(home, ola, 60)).left == 0
    with pytest.raises(DrawLimitReached):
        await sharing.draw(home, ola, 1)


async def test_a_wallet_without_a_limit_is_drawn_as_far_as_it_goes(sharing: Sharing) -> None:
    ola = await sharing.member("1", gifts=500)
    home = await sharing.household(ola)
    await sharing.pool(home, ola, 500, "gifts")

    assert (await sharing.draw(home, ola, 500, "gifts")).left is None
    with pytest.raises(InsufficientPoints):
        await sharing.draw(home, ola, 1, "gifts")


@pytest.mark.parametrize(
    ("wallet", "amount", "refusal"),
    [
        ("points", 5, WalletNotPooled),
        ("status", 5, WalletNotPooled),
        ("coins", 5, UnknownWallet),
        ("stars", 31, InsufficientPoints),
    ],
)
async def test_a_refusal_changes_nothing_and_its_key_is_free(
    sharing: Sharing, wallet: str, amount: int, refusal: type[Exception]
) -> None:
    ola = await sharing.member("1", points=30, stars=60)
    home = await sharing.household(ola)
    await sharing.pool(home, ola, 30)
    before = await sharing.shop.tables()

    with pytest.raises(refusal):
        await sharing.pool(home, ola, amount, wallet, key="key-00001")
    with pytest.raises(refusal):
        await sharing.draw(home, ola, amount, wallet, key="key-00002")

    assert await sharing.shop.tables() == before
    await sharing.pool(home, ola, 1, key="key-00001")
    await sharing.draw(home, ola, 1, key="key-00002")


async def test_only_who_belongs_to_it_gives_and_draws(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2", stars=30)
    home = await sharing.household(ola)
    await sharing.invite(home, ola, jan)
    await sharing.pool(home, ola, 30)
    before = await sharing.shop.tables()

    for stranger in (jan, new_id(), home):
        with pytest.raises(NotInHousehold):
            await sharing.pool(home, stranger, 1)
        with pytest.raises(NotInHousehold):
            await sharing.draw(home, stranger, 1)
    for nowhere in (new_id(), ola):
        with pytest.raises(HouseholdNotFound):
            await sharing.pool(nowhere, ola, 1)

    assert await sharing.shop.tables() == before
    await sharing.dissolve(home, ola)
    with pytest.raises(DissolvedHousehold):
        await sharing.pool(home, ola, 1)


async def test_a_program_that_drops_households_leaves_the_rest_to_the_head(
    sharing: Sharing,
) -> None:
    ola = await sharing.member("1", stars=30)
    home = await sharing.household(ola)
    await sharing.pool(home, ola, 30)
    await sharing.shop.publish(SHARING.partition("\nhouseholds:")[0], day(1))
    await sharing.shop.show(day(1.1))

    with pytest.raises(HouseholdsNotOffered):
        await sharing.draw(home, ola, 1)
    assert (await sharing.shop.reads.household(home)).pool["stars"].balance.available == 30
    await sharing.dissolve(home, ola)

    assert await sharing.shop.balance(ola, "stars") == (30, 0, 0)


# ------------------------------------------------------------------ twice, and at once


async def test_the_same_key_and_content_is_a_replay(sharing: Sharing) -> None:
    ola = await sharing.member("1", stars=30)
    home = await sharing.household(ola)
    first = await sharing.pool(home, ola, 20, key="key-00001")
    before = await sharing.shop.tables()

    body = MovePooled(member=ola, wallet="stars", amount=20)
    again = await sharing.verbs.give_to_household(TILL, home, body, "key-00001")

    assert (again.replayed, again.body) == (True, first)
    with pytest.raises(IdempotencyKeyReused):  # giving is not drawing
        await sharing.draw(home, ola, 20, key="key-00001")
    assert await sharing.shop.tables() == before


async def test_the_limit_of_a_month_holds_when_all_is_asked_at_once(sharing: Sharing) -> None:
    """From two processes: nothing but the lock of the pool keeps the draws apart."""
    ola, jan = await sharing.member("1", stars=200), await sharing.member("2")
    home = await sharing.household(ola, jan)
    await sharing.pool(home, ola, 200)
    elsewhere = another(sharing.shop.db)
    await elsewhere.start()
    body = MovePooled(member=jan, wallet="stars", amount=15)

    answers = await asyncio.gather(
        *(
            face.draw_from_household(TILL, home, body, f"drawing-{n}-{face is sharing.verbs}")
            for n in range(5)
            for face in (sharing.verbs, elsewhere.verbs)
        ),
        return_exceptions=True,
    )
    await elsewhere.gate.drain()

    assert sum(isinstance(answer, DrawLimitReached) for answer in answers) == 7
    assert await sharing.shop.balance(jan, "stars") == (45, 0, 0)


async def test_the_last_units_of_a_pool_are_drawn_once(sharing: Sharing) -> None:
    ola, jan, eve = [await sharing.member(number) for number in "123"]
    home = await sharing.household(ola, jan, eve)
    await sharing.shop.adjust(ola, 20, "stars")
    await sharing.pool(home, ola, 20)

    answers = await asyncio.gather(
        *(sharing.draw(home, member, 15) for member in (ola, jan, eve)), return_exceptions=True
    )

    assert sum(isinstance(answer, InsufficientPoints) for answer in answers) == 2
    assert (await sharing.shop.reads.household(home)).pool["stars"].balance.available == 5


async def test_units_given_there_and_back_lapse_when_they_would_have(sharing: Sharing) -> None:
    """Through a friend, and through the pool of a household."""
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=100), await sharing.member("2")
    home = await sharing.household(ola, jan)
    before = (await shop.wallets(ola))["stars"].expiring

    await shop.show(day(10))
    await sharing.give(ola, jan, 100)
    await shop.show(day(20))
    await sharing.give(jan, ola, 100)
    await sharing.pool(home, ola, 50)
    await shop.show(day(25))
    await sharing.draw(home, ola, 50)

    assert (await shop.wallets(ola))["stars"].expiring == before
    await shop.show(day(30))
    assert await shop.balance(ola, "stars") == (0, 0, 0)
