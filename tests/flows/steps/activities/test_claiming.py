"""Activities told of an identifier come along when it is claimed."""

import asyncio
from typing import Any

import pytest

from service.domain.activities import store
from service.domain.activities.store import Done, WindowAsked
from service.domain.holders import store as holders
from service.flows.members.import_members import ImportMember, import_members
from service.flows.steps.activities import claiming
from service.kernel.answer import Answer
from tests.flows.shop import TILL, Shop, another, card, day, goods, phone
from tests.flows.telling import activity, holder_of, known, record, tell
from tests.waiting import blocked


async def test_what_was_told_before_is_the_members_and_counts_by_its_own_day(shop: Shop) -> None:
    old = await tell(shop, "a", "1", at=day(0))
    await shop.show(day(5))
    await tell(shop, "b", "1", at=day(4))
    await tell(shop, "c", "2", at=day(4))

    ola = await shop.enrol("1")

    assert await known(shop, ola.id) == ["b", "a"]
    assert await holder_of(shop, old.id) == ola.id
    async with shop.db.reading() as tx:
        windows = [WindowAsked(ola.id, day(-1), day(3), "visit")]
        assert await tx.ask(store.ask_windows(windows)) == {0: Done(1, day(0))}


async def test_a_replay_after_the_claim_says_whose_it_is(shop: Shop) -> None:
    first = await tell(shop, "a", "1")
    ola = await shop.enrol("1")
    before = await shop.tables()

    again = await record(shop, activity("a", "1"))

    assert again.replayed
    assert (again.body.id, again.body.member_id) == (first.id, ola.id)
    assert again.body.recorded_at == first.recorded_at
    assert await shop.tables() == before


async def test_both_sides_tell_it_in_order_of_time(shop: Shop) -> None:
    await shop.show(day(5))
    second = await tell(shop, "b", "1", at=day(4))
    first = await tell(shop, "a", "1", at=day(3))
    nobody = await holder_of(shop, first.id)

    ola = await shop.enrol("1")

    told = (await shop.events(ola.id))[1:]
    assert [(kind, data["activity_id"], data["claimed"]) for kind, data in told] == [
        ("activity.recorded", str(first.id), True),
        ("activity.recorded", str(second.id), True),
    ]
    assert (await shop.events(nobody))[2:] == [
        ("activity.reassigned", {"activity_id": str(one.id), "member_id": str(ola.id)})
        for one in (first, second)
    ]


async def test_purchases_and_activities_come_along_together(shop: Shop) -> None:
    await shop.buy("p", "1", goods(3000), at=day(0))
    await tell(shop, "a", "1", at=day(0))
    await shop.show(day(20))

    ola = await shop.enrol("1")

    assert ola.claimed == 1
    assert await shop.balance(ola.id) == (30, 0, 0)
    assert await known(shop, ola.id) == ["a"]


async def test_identifiers_claimed_together_bring_what_each_had(shop: Shop) -> None:
    await tell(shop, "a", "1")
    await tell(shop, "b", (phone("5"),))
    ola = await shop.enrol("9")

    await shop.change(ola.id, add=(card("1"), phone("5")))

    assert sorted(await known(shop, ola.id)) == ["a", "b"]


async def test_an_imported_member_has_them_too(shop: Shop) -> None:
    await tell(shop, "a", "1", at=day(0))
    await shop.show(day(5))
    row = ImportMember(identifiers=(card("1"),), enrolled_at=day(3))

    (answer,) = await import_members(shop.built.ctx, TILL, [row])

    assert isinstance(answer, Answer)
    assert await known(shop, answer.body.member_id) == ["a"]


async def test_what_is_older_than_claim_max_stays_nobodys(shop: Shop) -> None:
    await shop.show(day(70))
    old = await tell(shop, "a", "1", at=day(9))
    await tell(shop, "b", "1", at=day(11))

    ola = await shop.enrol("1")  # 60 days back: from day 10

    assert await known(shop, ola.id) == ["b"]
    assert (await record(shop, activity("a", "1", at=day(9)))).body.member_id is None
    assert await holder_of(shop, old.id) != ola.id


async def test_an_unverified_identifier_brings_nothing_along(shop: Shop) -> None:
    await tell(shop, "a", (phone("5"),))

    ola = await shop.enrol("1", phone("5", verified=False))

    assert await known(shop, ola.id) == []


async def test_what_one_member_claimed_the_next_owner_does_not_get(shop: Shop) -> None:
    await tell(shop, "a", (phone("5"),))
    ola = await shop.enrol("1", phone("5"))
    await shop.show(day(5))
    await shop.change(ola.id, remove=(phone("5"),))
    await tell(shop, "b", (phone("5"),))

    jan = await shop.enrol(phone("5"))

    assert (await known(shop, ola.id), await known(shop, jan.id)) == (["a"], ["b"])


@pytest.mark.parametrize("verified", [True, False])
async def test_one_that_waits_for_a_claim_is_the_members(shop: Shop, verified: bool) -> None:
    await tell(shop, "a", (phone("5"),))
    ola = (await shop.enrol("1")).id
    loop, other = asyncio.get_running_loop(), Shop(shop.db, another(shop.db))
    await other.built.start()  # of one process neither would be under way while the other is
    claimed = (phone("5", verified=verified),)
    async with shop.db.transaction() as tx:
        await tx.connection.execute("select 1 from member_profile for update")
        claim = loop.create_task(shop.change(ola, add=claimed))
        await blocked(shop.db)  # the identifier is taken, the claim waits for the profile
        telling = loop.create_task(tell(other, "b", (phone("5"),)))
        await blocked(shop.db, 2)  # matched to nobody, it waits for nobody's lock
    await claim

    assert (await telling).member_id == ola
    assert sorted(await known(shop, ola)) == (["a", "b"] if verified else ["b"])


async def test_claims_and_activities_at_once_leave_nothing_behind(shop: Shop) -> None:
    """Whichever comes first, all that was told of the card is the member's in the end."""
    ola = (await shop.enrol("9")).id
    other = Shop(shop.db, another(shop.db))
    await other.built.start()

    async def told(n: int) -> Any:
        return await tell((shop, other)[n % 2], f"{n}", "1")

    async def claimed() -> Any:
        await told(100)
        return await shop.change(ola, add=(card("1"),))

    await asyncio.gather(*(told(n) for n in range(20)), claimed())

    assert sorted(await known(shop, ola)) == sorted(str(n) for n in (*range(20), 100))


async def test_where_nothing_was_told_nothing_is_asked_and_written(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    before = await shop.tables()
    async with shop.db.transaction() as tx:
        locked, _ = await holders.lock(tx, [ola], wait=True, clock_offset=shop.db.clock_offset)
        given = await claiming.take(tx, locked[ola], {})
        await claiming.tell(tx, shop.built.ctx, locked[ola], given, {}, day(0))

    assert given == []
    assert await shop.tables() == before
