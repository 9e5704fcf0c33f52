"""Transfers between members and with the pool of a household, undone."""

import datetime as dt
import functools
import uuid

import msgspec
import pytest

from service.domain.access.errors import OwnWallet
from service.domain.operations.errors import NotUndoable
from service.domain.transfers.errors import DailyTransfersReached
from tests.flows.races import at_once
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import Shop, day, goods
from tests.flows.undoing import MANAGER, in_the_way, last, undo, undone


async def lots(shop: Shop, member: uuid.UUID, wallet: str = "stars") -> list[tuple[int, dt.date]]:
    """(units, the day they lapse), the next first."""
    found = (await shop.wallets(member))[wallet].expiring
    return [(lot.amount, lot.expires_at.date()) for lot in found if lot.expires_at is not None]


async def pool(sharing: Sharing, home: uuid.UUID, wallet: str = "stars") -> int:
    """What is in the pool."""
    found = await sharing.shop.reads.household(home)
    return found.pool[wallet].balance.available


async def test_the_same_lots_go_back(sharing: Sharing) -> None:
    """60 that lapse on day 30, 60 on day 35; 80 are given: 60 and 20."""
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=60), await sharing.member("2")
    await shop.show(day(5))
    await shop.adjust(ola, 60, "stars")
    given = await sharing.give(ola, jan, 80)
    assert await lots(shop, jan) == [(60, day(30).date()), (20, day(35).date())]

    done = await undo(shop, given.id)

    assert await lots(shop, ola) == [(60, day(30).date()), (60, day(35).date())]
    assert await lots(shop, jan) == []
    assert (done.kind, done.wallets["stars"].available) == ("transfer", 120)
    assert {m.holder_id: m.changes[0].amount for m in done.moved} == {ola: 80, jan: -80}
    assert await last(shop, ola, 2, "stars") == [
        *(("transferred_out", -80), ("transfer_undone", 80))
    ]
    assert (await last(shop, jan, 1, "stars")) == [("transfer_undone", -80)]
    for one, other, units in ((ola, jan, 80), (jan, ola, -80)):
        kind, told = (await shop.events(one))[-1]
        assert (kind, told["other_id"]) == ("operation.undone", str(other))
        assert told["changes"][0]["amount"] == units


async def test_what_was_spent_of_it_is_missing(sharing: Sharing) -> None:
    """Other units of who got it are not taken in its place."""
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=80), await sharing.member("2")
    given = await sharing.give(ola, jan, 80)
    await shop.show(day(1))
    await shop.adjust(jan, 100, "stars")
    await shop.adjust(jan, -30, "stars")
    assert await in_the_way(shop, given.id, MANAGER) == ("units_missing", 30)


async def test_what_was_passed_on_is_missing_until_that_is_undone(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=80), await sharing.member("2")
    eva = await sharing.member("3")
    first = await sharing.give(ola, jan, 80)
    second = await sharing.give(jan, eva, 50)
    assert await in_the_way(shop, first.id) == ("units_missing", 50)
    await undo(shop, second.id)
    await undo(shop, first.id)
    assert await shop.balance(ola, "stars") == (80, 0, 0)


async def test_what_paid_the_debt_of_who_got_it_is_missing(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=80), await sharing.member("2")
    await shop.buy("a", jan, goods(300, 3, brand="acme"))  # 30 stars
    await shop.adjust(jan, -30, "stars")
    await shop.bring_back("r", "a")
    given = await sharing.give(ola, jan, 80)
    assert await shop.balance(jan, "stars") == (50, 0, 0)
    assert await in_the_way(shop, given.id) == ("units_missing", 30)


async def test_what_has_lapsed_is_missing(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=80), await sharing.member("2")
    given = await sharing.give(ola, jan, 80)
    await shop.show(day(31))
    assert await in_the_way(shop, given.id, MANAGER) == ("units_missing", 80)


async def test_the_limit_of_the_day_is_free_again(sharing: Sharing) -> None:
    """150 points a day, 100 at once."""
    shop = sharing.shop
    ola, jan = await sharing.member("1", points=300), await sharing.member("2")
    first = await sharing.give(ola, jan, 100, "points")
    await sharing.give(ola, jan, 50, "points")
    with pytest.raises(DailyTransfersReached):
        await sharing.give(ola, jan, 10, "points")
    await undo(shop, first.id)
    await sharing.give(ola, jan, 100, "points")
    assert await shop.balance(jan, "points") == (150, 0, 0)


async def test_units_given_to_the_pool_come_back(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=80), await sharing.member("2")
    home = await sharing.household(ola, jan)
    given = await sharing.pool(home, ola, 60)
    assert await pool(sharing, home) == 60

    done = await undo(shop, given.id)

    assert (await pool(sharing, home), done.wallets["stars"].available) == (0, 80)


async def test_units_drawn_go_back_and_can_be_drawn_again(sharing: Sharing) -> None:
    """50 a month for each person."""
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=80), await sharing.member("2")
    home = await sharing.household(ola, jan)
    await sharing.pool(home, ola, 80)
    drawn = await sharing.draw(home, jan, 50)
    assert drawn.left == 0

    done = await undo(shop, drawn.id)

    assert (await pool(sharing, home), done.wallets["stars"].available) == (80, 0)
    assert (await sharing.draw(home, jan, 50)).left == 0


async def test_nobody_undoes_what_moved_in_the_pool_of_a_household_of_theirs(
    sharing: Sharing,
) -> None:
    """Eva neither gave nor drew, but the pool is hers too; once she has left it is not."""
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=80), await sharing.member("2")
    eva = await sharing.member("3")
    home = await sharing.household(ola, jan, eva)
    given = await sharing.pool(home, ola, 60)
    drawn = await sharing.draw(home, jan, 20)
    as_eva = msgspec.structs.replace(MANAGER, own_member=eva)

    for moved in (given, drawn):
        before = await shop.tables()
        with pytest.raises(OwnWallet):
            await undo(shop, moved.id, as_eva)
        assert await shop.tables() == before
    await sharing.leave(home, eva)
    await undo(shop, drawn.id, as_eva)

    assert await pool(sharing, home) == 60


async def test_what_a_dissolved_household_passed_stays(sharing: Sharing) -> None:
    """30 drawn before, 50 left over for the head."""
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=80), await sharing.member("2")
    home = await sharing.household(ola, jan)
    await sharing.pool(home, ola, 80)
    drawn = await sharing.draw(home, jan, 30)
    await sharing.dissolve(home, ola)
    assert await in_the_way(shop, drawn.id) == ("household_dissolved", None)
    async with shop.db.reading() as tx:
        left_over = await tx.connection.fetchval(
            "select transfer_id from transfer where kind = 4 limit 1"
        )
    with pytest.raises(NotUndoable) as refused:
        await undo(shop, left_over)
    assert refused.value.kind == "dissolved"


async def test_units_live_as_long_as_they_did_for_who_got_them(sharing: Sharing) -> None:
    """Gifts lapse after 30 days without a purchase. Jan bought on day 20: his live to day 50, while
    the pool's own lot is over since day 30.
    """
    shop = sharing.shop
    ola, jan = await sharing.member("1", gifts=40), await sharing.member("2")
    home = await sharing.household(ola, jan)
    await sharing.pool(home, ola, 40, "gifts")
    drawn = await sharing.draw(home, jan, 40, "gifts")
    await shop.show(day(20))
    await shop.buy("a", jan, goods(1_000))
    await shop.show(day(31))

    await undo(shop, drawn.id, MANAGER)

    assert await pool(sharing, home, "gifts") == 40
    await shop.show(day(49))
    assert await pool(sharing, home, "gifts") == 40
    await shop.show(day(50.1))
    assert await pool(sharing, home, "gifts") == 0


async def test_units_are_given_back_or_spent_not_both(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=50), await sharing.member("2")
    given = await sharing.give(ola, jan, 50)
    came = await at_once([
        *([lambda: undone(shop, given.id)] * 3),
        *([lambda: shop.adjust(jan, -50, "stars")] * 3),
    ])  # fmt: skip
    assert came.count("done") == 1
    assert await shop.balance(jan, "stars") == (0, 0, 0)
    assert (await shop.balance(ola, "stars"))[0] == (50 if "replayed" in came else 0)


async def test_undos_of_opposite_transfers_do_not_wait_for_each_other(sharing: Sharing) -> None:
    """Each locks both members, in one order. Jan's own stars lapse first, so he gives of those."""
    shop = sharing.shop
    jan, ola = await sharing.member("2", stars=80), await sharing.member("1", stars=80)
    there = [await sharing.give(ola, jan, 10) for _ in range(3)]
    back = [await sharing.give(jan, ola, 5) for _ in range(3)]

    asked = [
        functools.partial(undone, shop, one.id)
        for pair in zip(there, back, strict=True)
        for one in pair
    ]
    came = await at_once(asked)
    assert came == ["done"] * 6
    assert await shop.balance(ola, "stars") == (80, 0, 0)
