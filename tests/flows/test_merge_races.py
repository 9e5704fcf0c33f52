"""What was asked of a member before the merge, and gets the lock after it, is the survivor's.

The merge waits for the member's row, which a session of ours has; behind it waits what is asked of
the old one, which has looked around already. Then the row is let go.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import pytest

from service.domain.purchases.basket import MemberRef
from service.domain.purchases.types import AttachPurchase, PlaceHold
from service.domain.returns.types import VoidPurchase
from service.domain.transfers.errors import TransferToItself
from tests.flows.counter import basket, buy, release, report
from tests.flows.coupon_shop import give, void
from tests.flows.merging import merge, unmerge
from tests.flows.reward_shop import cancel, redeem
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import TILL, Shop, another, card, goods
from tests.flows.telling import activity, record
from tests.waiting import blocked

Asked = Callable[[Shop, uuid.UUID, uuid.UUID], Awaitable[Any]]  # of the old one, and of a third
MERGED: Final = {"member.merged", "points.transferred"}  # what a merge tells last of the old one


async def late(shop: Shop, survivor: uuid.UUID, old: uuid.UUID, ask: Callable[[Shop], Any]) -> Any:
    """The answer of what waited behind the merge, which another process had been asked for."""
    return await behind(shop, old, merge(shop, survivor, old), ask)


async def behind(
    shop: Shop, old: uuid.UUID, first: Coroutine[Any, Any, Any], ask: Callable[[Shop], Any]
) -> Any:
    """The same of what waits behind anything that locks the old one."""
    other = Shop(shop.db, another(shop.db))
    await other.built.start()
    async with shop.db.transaction() as tx:
        await tx.connection.execute("select from holder where holder_id = $1 for update", old)
        going = asyncio.create_task(first)
        await blocked(shop.db)
        asking = asyncio.create_task(ask(other))
        await blocked(shop.db, 2)
    await going
    try:
        return await asking
    finally:
        await other.built.gate.drain()


async def nothing_is_with(shop: Shop, old: uuid.UUID) -> None:
    """Nothing was written of the old one since it was merged."""
    assert (await shop.events(old))[-1][0] in MERGED
    async with shop.db.reading() as tx:
        rows = await tx.connection.fetchrow(
            """select
              (select count(*) from operation o
                where o.holder_id = h.holder_id and o.recorded_at > m.merged_at) as operations,
              (select count(*) from coupon c where c.holder_id = h.holder_id) as coupons,
              (select count(*) from redemption r where r.holder_id = h.holder_id) as redemptions,
              (select count(*) from hold k where k.holder_id = h.holder_id and k.state = 0) as held,
              (select count(*) from activity a where a.holder_id = h.holder_id) as activities,
              (select count(*) from purchase p where p.holder_id = h.holder_id) as purchases,
              (select count(*) from household_member b where b.holder_id = h.holder_id) as homes,
              (select count(*) from household_invitation i where i.member_id = h.holder_id) as asked
            from holder h join member_merge m on m.old_id = h.holder_id
            where h.holder_id = $1""",
            old,
        )
    assert set(rows) == {0}, dict(rows)


def by_card(shop: Shop, old: uuid.UUID, third: uuid.UUID) -> Awaitable[Any]:
    """A purchase under the old one's card."""
    return buy(shop, "late", "2", goods(2_000))


def by_id(shop: Shop, old: uuid.UUID, third: uuid.UUID) -> Awaitable[Any]:
    """A purchase of the old id."""
    return buy(shop, "late", old, goods(2_000))


def offline(shop: Shop, old: uuid.UUID, third: uuid.UUID) -> Awaitable[Any]:
    """One that has happened."""
    return report(shop, "late", old, goods(2_000))


async def held(shop: Shop, old: uuid.UUID, third: uuid.UUID) -> Any:
    """A checkout, which is let go again."""
    body = basket(PlaceHold, old, goods(2_000), checkout="late")
    answer = await shop.verbs.place_hold(TILL, body)
    await release(shop, answer.body.id)
    return answer


def adjusted(shop: Shop, old: uuid.UUID, third: uuid.UUID) -> Awaitable[Any]:
    """A correction by hand."""
    return shop.adjust(old, 20)


async def rewarded(shop: Shop, old: uuid.UUID, third: uuid.UUID) -> Any:
    """A reward, which is given back."""
    had = await redeem(shop, old, "mug")
    await cancel(shop, had)
    return had


async def couponed(shop: Shop, old: uuid.UUID, third: uuid.UUID) -> Any:
    """A coupon by hand, which is void soon."""
    given = await give(shop, old, "FREE")
    await void(shop, coupon_id=given.id)
    return given


def changed(shop: Shop, old: uuid.UUID, third: uuid.UUID) -> Awaitable[Any]:
    """Another card."""
    return shop.change(old, add=(card("4"),))


CARRIED: Final[dict[Asked, int]] = {
    by_card: 20, by_id: 20, offline: 20, held: 0, adjusted: 20, rewarded: 0, couponed: 0,
    changed: 0,
}  # fmt: skip


@pytest.mark.parametrize("asked", CARRIED, ids=lambda asked: asked.__name__)
async def test_what_is_late_is_done_to_who_the_member_is(desk: Shop, asked: Asked) -> None:
    """The old one has 100 points and the survivor 1000; 20 come late, or none."""
    ola, jan, eve = [(await desk.enrol(n)).id for n in ("1", "2", "3")]
    await desk.adjust(ola, 1_000)
    await desk.adjust(jan, 100)

    await late(desk, ola, jan, lambda shop: asked(shop, jan, eve))

    available, pending, debt = await desk.balance(ola)
    assert (available + pending, debt) == (1_100 + CARRIED[asked], 0)
    await nothing_is_with(desk, jan)


async def test_a_purchase_that_was_to_become_the_old_ones_is_the_survivors(desk: Shop) -> None:
    ola, jan = [(await desk.enrol(n)).id for n in ("1", "2")]
    nobodys = await buy(desk, "a", None, goods(2_000))
    body = AttachPurchase(member=MemberRef(id=jan), reason="showed the receipt")

    done = await late(
        desk, ola, jan, lambda shop: shop.verbs.attach_purchase(TILL, nobodys.id, body)
    )

    assert done.body.member_id == ola
    assert await desk.balance(ola) == (0, 20, 0)
    await nothing_is_with(desk, jan)


@pytest.mark.parametrize("void", [False, True])
async def test_goods_that_come_back_meanwhile_are_the_survivors(desk: Shop, *, void: bool) -> None:
    ola, jan = [(await desk.enrol(n)).id for n in ("1", "2")]
    bought = await buy(desk, "a", jan, goods(2_000, 2))

    def back(shop: Shop) -> Awaitable[Any]:
        if void:
            return shop.verbs.void_purchase(TILL, bought.id, VoidPurchase(reason="a mistake"))
        return shop.bring_back("r", "a", {0: 1})

    await late(desk, ola, jan, back)

    assert await desk.balance(ola) == (0, 0 if void else 10, 0)
    await nothing_is_with(desk, jan)


async def test_an_activity_meanwhile_is_the_survivors(desk: Shop) -> None:
    ola, jan = [(await desk.enrol(n)).id for n in ("1", "2")]
    body = activity("r1", jan, stars=5)

    done = await late(desk, ola, jan, lambda shop: record(shop, body))

    assert done.body.member_id == ola
    await nothing_is_with(desk, jan)


@pytest.mark.parametrize("is_giver", [False, True])
async def test_units_that_are_given_meanwhile(sharing: Sharing, *, is_giver: bool) -> None:
    """The old one gives 30 of its 100 stars, or gets 30."""
    shop = sharing.shop
    ola, jan, eve = [await sharing.member(n, stars=100) for n in ("1", "2", "3")]
    giver, taker = (jan, eve) if is_giver else (eve, jan)

    done = await late(shop, ola, jan, lambda one: Sharing(one).give(giver, taker, 30))

    pair = (ola, eve) if is_giver else (eve, ola)
    assert (done.member_id, done.to_member_id) == pair
    assert await shop.balance(ola, "stars") == (170 if is_giver else 230, 0, 0)
    await nothing_is_with(shop, jan)


async def test_units_for_the_survivor_go_nowhere(sharing: Sharing) -> None:
    """What two gave one another is refused once they are one."""
    shop = sharing.shop
    ola, jan = [await sharing.member(n, stars=100) for n in ("1", "2")]

    with pytest.raises(TransferToItself):
        await late(shop, ola, jan, lambda one: Sharing(one).give(jan, ola, 30))

    assert await shop.balance(ola, "stars") == (200, 0, 0)


async def test_a_household_that_is_formed_meanwhile_is_the_survivors(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = [await sharing.member(n, stars=100) for n in ("1", "2")]

    home = await late(shop, ola, jan, lambda one: Sharing(one).form(jan))

    (person,) = (await shop.reads.household(home)).people
    assert person.member_id == ola
    await nothing_is_with(shop, jan)


@pytest.mark.parametrize("what", ["invite", "join"])
async def test_who_comes_to_a_household_meanwhile_is_the_survivor(
    sharing: Sharing, what: str
) -> None:
    shop = sharing.shop
    ola, jan, eve = [await sharing.member(n, stars=100) for n in ("1", "2", "3")]
    home = await sharing.form(eve)
    if what == "join":
        await sharing.invite(home, eve, jan)

    def ask(one: Shop) -> Awaitable[Any]:
        there = Sharing(one)
        return there.invite(home, eve, jan) if what == "invite" else there.join(home, jan)

    after = await late(shop, ola, jan, ask)

    if what == "join":
        assert {one.member_id for one in after.people} == {eve, ola}
    else:
        assert [one.member_id for one in after.invitations] == [ola]
    await nothing_is_with(shop, jan)


@pytest.mark.parametrize("asked", [by_card, by_id, offline], ids=lambda asked: asked.__name__)
async def test_a_purchase_behind_the_undoing_of_a_merge_is_of_who_made_it(
    desk: Shop, asked: Asked
) -> None:
    """It looked while the two were one, and finds the old one itself again."""
    ola, jan, eve = [(await desk.enrol(n)).id for n in ("1", "2", "3")]
    await merge(desk, ola, jan)

    async def ask(shop: Shop) -> Any:
        return await asked(shop, jan, eve)

    done = await behind(desk, ola, unmerge(desk, jan), ask)

    assert done.member_id == jan
    assert await desk.balance(ola) == (0, 0, 0)
    assert await desk.balance(jan) == (0, 20, 0)


async def test_what_is_corrected_behind_the_undoing_of_a_merge_is_corrected_once(
    desk: Shop,
) -> None:
    """Of the survivor, as by the old id up to that moment."""
    ola, jan = [(await desk.enrol(n)).id for n in ("1", "2")]
    await desk.adjust(jan, 100)
    await merge(desk, ola, jan)

    done = await behind(desk, ola, unmerge(desk, jan), lambda shop: shop.adjust(jan, 20))

    assert done.member_id == ola
    assert await desk.balance(ola) == (20, 0, 0)
    assert await desk.balance(jan) == (100, 0, 0)
