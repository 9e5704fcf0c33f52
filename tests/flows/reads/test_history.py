"""Wallets at other times, and their entries page by page."""

import datetime as dt
import uuid

import pytest

from service.domain.members.errors import MemberNotFound
from service.domain.wallets.errors import WalletNotFound
from service.infra.cursors import CursorInvalid
from service.kernel.ids import new_id
from tests.flows.counter import buy, hold, release, rich
from tests.flows.shop import Shop, day, goods

HOUR = dt.timedelta(hours=1)
TICK = dt.timedelta(microseconds=1)
JUNE_ENDS = dt.datetime(2026, 6, 30, 22, tzinfo=dt.UTC)


async def at(
    shop: Shop,
    member: uuid.UUID,
    when: dt.datetime | None,
    known: dt.datetime | None = None,
    wallet: str = "points",
) -> tuple[int, int, int]:
    """(available, pending, debt) at an instant."""
    view = await shop.reads.wallets_at(member, when, known)
    balance = view.wallets[wallet].balance
    return (balance.available, balance.pending, balance.debt)


async def test_a_balance_is_what_was_effective_at_the_instant(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(4000), at=day(0))
    await shop.buy("b", ola, goods(2000), at=day(10))
    await shop.bring_back("r", "a", at=day(20))
    await shop.show(day(30))

    found = [await at(shop, ola, instant) for instant in (
        day(-1), day(0) - TICK, day(0), day(14) - TICK, day(14), day(20) - TICK, day(20), day(24),
    )]  # fmt: skip

    assert found == [
        (0, 0, 0),
        (0, 0, 0),
        (0, 40, 0),
        (0, 60, 0),
        (40, 20, 0),
        (40, 20, 0),
        (0, 20, 0),
        (20, 0, 0),
    ]


async def test_now_is_the_same_from_either_side(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(4000, 3, brand="acme"), at=day(0))
    await shop.show(day(40))

    now = await shop.reads.wallets_at(ola, None, None)

    assert now.wallets == await shop.wallets(ola)
    moment_before = await shop.reads.wallets_at(ola, day(40), None)
    assert moment_before.wallets == now.wallets


async def test_a_future_instant_projects_releases_and_expiries(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(4000, 3, brand="acme"), at=day(0))
    before = await shop.tables()

    points = [await at(shop, ola, t) for t in (day(13), day(14), JUNE_ENDS - TICK, JUNE_ENDS)]
    stars = [await at(shop, ola, t, wallet="stars") for t in (day(29), day(30) - HOUR)]

    assert points == [(0, 40, 0), (40, 0, 0), (40, 0, 0), (0, 0, 0)]
    assert stars == [(30, 0, 0), (0, 0, 0)]
    assert await shop.tables() == before


async def test_what_is_released_in_the_projection_pays_debt(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(4000), at=day(0))
    await shop.show(day(20))
    await shop.adjust(ola, -40)
    await shop.bring_back("r", "a")
    await shop.buy("b", ola, goods(9000), at=day(21))

    assert await at(shop, ola, day(34)) == (0, 90, 40)
    assert await at(shop, ola, day(36)) == (50, 0, 0)
    await shop.show(day(40))
    assert await at(shop, ola, day(36)) == (50, 0, 0)  # and so it is, looked at from behind


async def test_what_was_recorded_later_is_left_out(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(4000), at=day(0))
    await shop.show(day(20))
    await shop.buy("late", ola, goods(1000), at=day(2))
    await shop.show(day(25))
    await shop.bring_back("r", "a", at=day(21))

    assert await at(shop, ola, day(10)) == (0, 50, 0)
    assert await at(shop, ola, day(10), known=day(19)) == (0, 40, 0)
    assert await at(shop, ola, day(22)) == (10, 0, 0)
    assert await at(shop, ola, day(22), known=day(24)) == (50, 0, 0)
    assert await at(shop, ola, day(22), known=day(1)) == (40, 0, 0)
    assert await at(shop, ola, day(22), known=day(-2)) == (0, 0, 0)


async def test_the_future_as_it_was_known(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(4000), at=day(0))
    await shop.show(day(20))
    await shop.buy("b", ola, goods(1000), at=day(20))

    assert await at(shop, ola, day(60), known=day(10)) == (40, 0, 0)
    assert await at(shop, ola, day(60)) == (50, 0, 0)


async def test_an_expiry_counts_whether_it_is_posted_or_not(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(100, 3, brand="acme"), at=day(0))
    await shop.show(day(40))
    before = [await at(shop, ola, day(on), wallet="stars") for on in (20, 35)]

    await shop.settle()

    assert before == [(30, 0, 0), (0, 0, 0)]
    assert [await at(shop, ola, day(on), wallet="stars") for on in (20, 35)] == before


async def test_debt_younger_than_a_late_purchase_is_not_paid_before_it_was_there(
    shop: Shop,
) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(100, 3, brand="acme"), at=day(0))
    await shop.show(day(10))
    await shop.adjust(ola, -30, "stars")
    await shop.bring_back("r", "a")
    await shop.show(day(12))
    await shop.buy("late", ola, goods(100, 5, brand="acme"), at=day(5))
    await shop.show(day(13))

    view = await shop.reads.wallets_at(ola, day(6), None)

    lots = [(lot.expires_at, lot.amount) for lot in view.wallets["stars"].expiring]
    assert lots == [(day(30) - HOUR, 30), (day(35) - HOUR, 50)]
    assert await at(shop, ola, day(6), wallet="stars") == (80, 0, 0)
    assert await at(shop, ola, day(12.5), wallet="stars") == (20, 0, 0)


async def test_the_view_says_what_was_asked(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id

    view = await shop.reads.wallets_at(ola, day(3), day(2))

    assert (view.member_id, view.at, view.known_at) == (ola, day(3), day(2))


async def test_nobody_has_no_history(shop: Shop) -> None:
    await shop.buy("a", "1", goods(100))
    async with shop.db.reading() as tx:
        unclaimed = await tx.connection.fetchval("select holder_id from holder")

    for nobody in (unclaimed, new_id()):
        with pytest.raises(MemberNotFound):
            await shop.reads.wallets_at(nobody, None, None)
        with pytest.raises(MemberNotFound):
            await shop.reads.entries(nobody, "points", None, 10)


# ------------------------------------------------------------------ entries


async def ten(shop: Shop) -> uuid.UUID:
    ola = (await shop.enrol("1")).id
    for number in range(1, 11):
        await shop.adjust(ola, number)
    return ola


async def test_pages_are_newest_first_without_gap_or_double(shop: Shop) -> None:
    ola = await ten(shop)
    seen: list[int] = []
    cursor = None
    while True:
        page = await shop.reads.entries(ola, "points", cursor, 4)
        seen += [entry.seq for entry in page.items]
        cursor = page.next
        if cursor is None:
            break
        if len(seen) == 4:
            await shop.adjust(ola, 99)  # what is new does not move what is old

    assert seen == list(range(10, 0, -1))


async def test_the_last_page_says_that_it_is_the_last(shop: Shop) -> None:
    ola = await ten(shop)

    assert (await shop.reads.entries(ola, "points", None, 10)).next is None
    assert (await shop.reads.entries(ola, "points", None, 9)).next is not None
    assert (await shop.reads.entries(ola, "stars", None, 9)).items == ()


async def test_a_cursor_is_of_its_member_and_wallet(shop: Shop) -> None:
    ola, jan = await ten(shop), (await shop.enrol("2")).id
    cursor = (await shop.reads.entries(ola, "points", None, 4)).next
    events = (await shop.reads.events(None, None, 1)).next

    for member, wallet, given in (
        (jan, "points", cursor),
        (ola, "stars", cursor),
        (ola, "points", events),
        (ola, "points", "x"),
        (ola, "points", ""),
    ):
        with pytest.raises(CursorInvalid):
            await shop.reads.entries(member, wallet, given, 4)


async def test_a_wallet_the_program_has_not_is_not_found(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id

    with pytest.raises(WalletNotFound):
        await shop.reads.entries(ola, "coins", None, 4)


MINUTE = dt.timedelta(minutes=1)


async def kept(
    shop: Shop, member: uuid.UUID, when: dt.datetime, known: dt.datetime | None = None
) -> tuple[int, int, int]:
    """(available, held, debt) of points at an instant."""
    balance = (await shop.reads.wallets_at(member, when, known)).wallets["points"].balance
    return (balance.available, balance.held, balance.debt)


async def test_what_a_hold_kept_shows_while_it_did(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    await checkout.show(day(1))
    placed = await hold(checkout, "c", ola, goods(2000), points=400, hold_for=900)
    await checkout.show(day(1) + 5 * MINUTE)
    await release(checkout, placed.id)
    await checkout.show(day(2))

    assert [await kept(checkout, ola, at) for at in (
        day(1) - TICK, day(1) + MINUTE, day(1) + 4 * MINUTE, day(1) + 6 * MINUTE
    )] == [(1000, 0, 0), (600, 400, 0), (600, 400, 0), (1000, 0, 0)]  # fmt: skip


async def test_a_time_out_shows_from_its_instant_whether_it_was_settled_or_not(
    checkout: Shop,
) -> None:
    ola = await rich(checkout, "1")
    await checkout.show(day(1))
    placed = await hold(checkout, "c", ola, goods(2000), points=400, hold_for=900)
    instants = (placed.due_at - TICK, placed.due_at)
    future = [await kept(checkout, ola, at) for at in instants]
    await checkout.show(day(2))
    unsettled = [await kept(checkout, ola, at) for at in instants]
    await checkout.settle()
    settled = [await kept(checkout, ola, at) for at in instants]
    known_before = [await kept(checkout, ola, at, day(1) + MINUTE) for at in instants]

    assert future == unsettled == settled == known_before == [(600, 400, 0), (1000, 0, 0)]


async def test_held_units_that_lapsed_when_they_were_free_show_so(checkout: Shop) -> None:
    """400 of 1000 are held over the end of their lot; what was known before it was posted too."""
    ola = await rich(checkout, "1")
    ends = (await checkout.wallets(ola))["points"].expiring[0].expires_at
    assert ends is not None
    await checkout.show(ends - 2 * MINUTE)
    placed = await hold(checkout, "c", ola, goods(2000), points=400, hold_for=900)
    instants = (ends - TICK, ends, placed.due_at - TICK, placed.due_at)
    expected = [(600, 400, 0), (0, 400, 0), (0, 400, 0), (0, 0, 0)]
    assert [await kept(checkout, ola, at) for at in instants] == expected
    await checkout.show(ends + HOUR)
    assert [await kept(checkout, ola, at) for at in instants] == expected
    await checkout.settle()

    assert [await kept(checkout, ola, at) for at in instants] == expected
    assert [await kept(checkout, ola, at, ends - MINUTE) for at in instants] == expected


async def test_what_was_redeemed_from_a_hold_was_held_before(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    await checkout.show(day(1))
    placed = await hold(checkout, "c", ola, goods(2000), points=400)
    await checkout.show(day(1) + 5 * MINUTE)
    await buy(checkout, "b", ola, goods(2000), points=400, hold_id=placed.id)
    await checkout.bring_back("r", "b", at=day(3))
    await checkout.show(day(4))

    assert [await kept(checkout, ola, at) for at in (
        day(1) + MINUTE, day(1) + 6 * MINUTE, day(3) - TICK, day(4)
    )] == [(600, 400, 0), (620, 0, 0), (620, 0, 0), (1000, 0, 0)]  # fmt: skip
    assert await kept(checkout, ola, day(4), day(1) + MINUTE) == (1000, 0, 0)  # it was due by then
