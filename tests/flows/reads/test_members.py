"""Members and tiers as of now, by service/flows/reads/face.py."""

import datetime as dt

import pytest

from service.domain.members.errors import MemberNotFound
from service.domain.members.types import Profile
from service.kernel.ids import new_id
from service.kernel.values import Balance, Progress, Step, TierNow
from tests.flows.shop import Shop, card, day, goods, phone

YEAR_LATER = dt.datetime(2027, 3, 2, 10, tzinfo=dt.UTC)


async def test_a_member_is_shown_with_what_is_due_by_now(shop: Shop) -> None:
    ola = await shop.enrol("1", profile=Profile(name="Ola"), fields={"newsletter": True})
    await shop.buy("a", ola.id, goods(12_000), at=day(0))
    await shop.show(day(20))

    view = await shop.reads.member(ola.id)

    assert (view.id, view.identifiers, view.enrolled_at) == (ola.id, (card("1"),), ola.enrolled_at)
    assert (view.profile, view.fields) == (Profile(name="Ola"), {"newsletter": True})
    assert view.wallets["points"] == Balance(available=120, pending=0, held=0, debt=0)
    assert view.tier == {"main": TierNow(id="silver", changed=False, next="gold", missing=180)}


async def test_a_tier_that_has_ended_is_not_shown_any_more(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(12_000), at=day(0))
    before = await shop.tables()

    await shop.show(YEAR_LATER - dt.timedelta(minutes=1))
    assert (await shop.reads.member(ola)).tier["main"].id == "silver"
    await shop.show(YEAR_LATER)
    assert (await shop.reads.member(ola)).tier["main"].id == "bronze"

    assert await shop.tables() == before


async def test_lookup_takes_the_first_identifier_that_anybody_holds(shop: Shop) -> None:
    ola, jan = await shop.enrol("1", phone("5")), await shop.enrol("2")

    assert (await shop.reads.lookup((card("9"), phone("(5)"), card("2")))).id == ola.id
    assert (await shop.reads.lookup((card("2"), card("1")))).id == jan.id


async def test_lookup_finds_nobody_who_gave_it_up_or_never_enrolled(shop: Shop) -> None:
    ola = (await shop.enrol("1", phone("5"))).id
    await shop.show(day(1))
    await shop.change(ola, remove=(phone("5"),))
    await shop.buy("a", "7", goods(100))

    for identifier in (phone("5"), card("7"), card("8")):
        with pytest.raises(MemberNotFound):
            await shop.reads.lookup((identifier,))


async def test_nobody_is_not_found(shop: Shop) -> None:
    await shop.buy("a", "7", goods(100))
    async with shop.db.reading() as tx:
        unclaimed = await tx.connection.fetchval("select holder_id from holder")

    for nobody in (unclaimed, new_id()):
        for read in (shop.reads.member, shop.reads.tier):
            with pytest.raises(MemberNotFound):
                await read(nobody)
        with pytest.raises(MemberNotFound):
            await shop.reads.home(nobody, ())


# ------------------------------------------------------------------ tiers


async def test_the_way_to_the_next_tier(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(6000), at=day(0))

    ladder = (await shop.reads.tier(ola)).ladders["main"]

    assert ladder.progress == Progress(
        tier="bronze", total=60, next="silver", missing=40, valid_until=None
    )
    assert (ladder.since, ladder.history) == (None, ())
    assert ladder.title == {"en": "Levels", "pl": "Poziomy"}


async def test_progress_shrinks_as_purchases_leave_the_window(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(6000), at=day(0))

    await shop.show(YEAR_LATER)

    assert (await shop.reads.tier(ola)).ladders["main"].progress.total == 0


async def test_history_tells_each_tier_and_how_long_it_stands(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(12_000), at=day(0))
    await shop.buy("b", ola, goods(20_000), at=day(10))

    ladder = (await shop.reads.tier(ola)).ladders["main"]

    assert ladder.progress == Progress(
        tier="gold", total=320, next=None, missing=None, valid_until=YEAR_LATER + dt.timedelta(10)
    )
    assert ladder.since == day(10)
    assert ladder.history == (
        Step(day(0), day(10), "silver", YEAR_LATER, YEAR_LATER),
        Step(day(10), None, "gold", YEAR_LATER + dt.timedelta(10), YEAR_LATER + dt.timedelta(10)),
    )


async def test_a_lift_shows_in_the_tier_and_not_in_the_total(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(1000, category="piano"), at=day(0))

    progress = (await shop.reads.tier(ola)).ladders["main"].progress

    assert (progress.tier, progress.total) == ("gold", 10)
