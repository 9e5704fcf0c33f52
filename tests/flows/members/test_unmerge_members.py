"""Two who were merged are two again: each has what is of them, and spent is spent."""

import asyncio
import uuid
from typing import Any

import msgspec
import pytest

from service.domain.members.errors import MemberNotFound, MergeBlocked, NotMerged
from service.domain.members.types import Profile, ProfilePatch
from tests.flows.counter import buy, hold, positions, quote, release, rich
from tests.flows.coupon_shop import listed
from tests.flows.merging import merge, unmerge, unmerged
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import Shop, another, bought, card, day, goods


async def two(shop: Shop, ola: int = 0, jan: int = 0) -> tuple[uuid.UUID, uuid.UUID]:
    """Cards 1 and 2 of two members, who have so many points."""
    return await rich(shop, "1", ola), await rich(shop, "2", jan)


async def everything(shop: Shop, member: uuid.UUID) -> dict[str, Any]:
    """What is a member's, without when anything was recorded."""
    tier = await shop.reads.tier(member)
    return {
        "person": await shop.reads.member(member),
        "wallets": await shop.wallets(member),
        "coupons": await listed(shop, member),
        "tier": msgspec.to_builtins(tier.ladders),
        "purchases": await owned(shop, member),
    }


async def owned(shop: Shop, member: uuid.UUID) -> list[tuple[Any, ...]]:
    """Whose row each purchase, return, use and key is."""
    found = []
    async with shop.db.reading() as tx:
        for table in ("purchase", "purchase_return", "limit_use", "coupon_use", "purchase_wallet"):
            statement = f"select purchase_id from {table} where holder_id = $1 order by 1"
            rows = await tx.connection.fetch(statement, member)
            found.append((table, [row[0] for row in rows]))
        for table in ("purchase_key", "return_key"):
            statement = f"select external_id from {table} where holder_id = $1 order by 1"
            rows = await tx.connection.fetch(statement, member)
            found.append((table, [row[0] for row in rows]))
        homes = await tx.connection.fetch(
            "select 1 from purchase where holder_id = $1 and home_id is not null"
            " union all select 1 from lot where holder_id = $1 and home_id <> holder_id"
            " and remaining > 0 union all select 1 from coupon where holder_id = $1"
            " and home_id is not null",
            member,
        )
    return [*found, ("homes", len(homes))]


async def a_life(shop: Shop, member: uuid.UUID, key: str) -> None:
    """Purchases paid with points and money, coupons used and given, a return, a tier."""
    await buy(shop, f"{key}1", member, goods(9_000), at=day(1))
    await buy(shop, f"{key}2", member, goods(4_000, 2, category="mug"), points=500, at=day(2))
    await buy(
        shop, f"{key}3", member, goods(2_000, category="hat"), coupons=("GIVE-FIVE",), at=day(3)
    )
    await shop.bring_back(f"{key}r", f"{key}2", {0: 1}, at=day(4))


async def test_unmerged_at_once_both_are_as_they_were(checkout: Shop) -> None:
    ola, jan = await two(checkout, 1_000, 2_000)
    await a_life(checkout, ola, "a")
    await a_life(checkout, jan, "b")
    before = [await everything(checkout, one) for one in (ola, jan)]
    merge_ = await merge(checkout, ola, jan)

    receipt = await unmerge(checkout, jan)

    assert (receipt.undoes, receipt.member_id, receipt.from_id) == (merge_.id, jan, ola)
    assert receipt.purchases == 3
    assert [await everything(checkout, one) for one in (ola, jan)] == before


async def test_what_comes_back_after_it_does_as_if_nothing_had_been(checkout: Shop) -> None:
    """All of both comes back: before, while merged, and after."""
    ola, jan = await two(checkout, 1_000, 2_000)
    await a_life(checkout, ola, "a")
    await a_life(checkout, jan, "b")
    await merge(checkout, ola, jan)
    for key in ("a2", "b2"):
        await checkout.bring_back(f"late-{key}", key, at=day(5))
    await unmerge(checkout, jan)

    for key in ("a1", "a3", "b1", "b3"):
        await checkout.bring_back(f"late-{key}", key, at=day(6))

    assert await checkout.balance(ola) == (1_000, 0, 0)
    assert await checkout.balance(jan) == (2_000, 0, 0)
    assert await checkout.tier(jan) == "bronze"


async def test_purchases_go_back_by_the_card_they_were_made_with(checkout: Shop) -> None:
    ola, jan = await two(checkout)
    await merge(checkout, ola, jan)
    await buy(checkout, "a", "1", goods(1_000))
    await buy(checkout, "b", "2", goods(7_000, category="mug"))
    await buy(checkout, "c", jan, goods(500))

    receipt = await unmerge(checkout, jan)

    assert receipt.purchases == 2
    assert await checkout.balance(ola) == (10, 0, 0)
    assert await checkout.balance(jan) == (75, 0, 0)
    (gift,) = await listed(checkout, jan)
    assert await listed(checkout, ola) == []
    assert positions(await quote(checkout, jan, goods(2_000), coupons=(gift.code,))) == [0]
    await checkout.bring_back("r", "b")
    assert await checkout.balance(jan) == (5, 0, 0)


async def test_what_was_spent_meanwhile_stays_spent_whosever_it_was(checkout: Shop) -> None:
    """The older lot, which lapses first, is jan's; nobody owes anything for it."""
    jan = await rich(checkout, "2", 400)
    await checkout.show(day(1))
    ola = await rich(checkout, "1", 300)
    await merge(checkout, ola, jan)
    await buy(checkout, "a", ola, goods(2_000, category="cake"), points=500)
    earned = (await checkout.balance(ola))[0] - 200

    await unmerge(checkout, jan)

    assert await checkout.balance(jan) == (0, 0, 0)
    assert await checkout.balance(ola) == (200 + earned, 0, 0)


async def test_what_it_had_paid_for_comes_back_to_whose_the_purchase_is(checkout: Shop) -> None:
    jan = await rich(checkout, "2", 400)
    await checkout.show(day(1))
    ola = await rich(checkout, "1", 300)
    await merge(checkout, ola, jan)
    await buy(checkout, "a", "2", goods(2_000, category="cake"), points=500)
    await unmerge(checkout, jan)
    before = await checkout.balance(ola)

    await checkout.bring_back("r", "a")

    assert await checkout.balance(ola) == before
    assert (await checkout.balance(jan))[0] == 500


async def test_debt_stays_where_it_is(checkout: Shop) -> None:
    ola, jan = await two(checkout)
    await buy(checkout, "a", jan, goods(20_000))
    await buy(checkout, "b", jan, goods(1_000), points=200)
    await checkout.bring_back("r", "a")
    owed = (await checkout.balance(jan))[2]
    assert owed == 190
    await merge(checkout, ola, jan)

    await unmerge(checkout, jan)

    assert await checkout.balance(ola) == (0, 0, owed)
    assert await checkout.balance(jan) == (0, 0, 0)


async def test_what_was_filled_goes_unless_it_was_changed(checkout: Shop) -> None:
    ola = (await checkout.enrol("1", profile=Profile(name="Ola"))).id
    jan = (await checkout.enrol("2", profile=Profile(country="PL", language="pl"))).id
    await merge(checkout, ola, jan)
    await checkout.change(ola, profile=ProfilePatch(language="de"), add=(card("3"),))

    receipt = await unmerge(checkout, jan)

    assert receipt.emptied == ("profile.country",)
    shown = await checkout.reads.member(ola)
    assert shown.profile == Profile(name="Ola", language="de")
    assert shown.identifiers == (card("1"), card("3"))
    back = await checkout.reads.member(jan)
    assert (back.profile, back.identifiers) == (Profile(country="PL", language="pl"), (card("2"),))


async def test_who_had_been_merged_before_goes_along(checkout: Shop) -> None:
    ola, jan = await two(checkout, 10, 20)
    eve = await rich(checkout, "3", 40)
    await merge(checkout, jan, eve)
    await merge(checkout, ola, jan)
    await buy(checkout, "a", "3", goods(1_000))

    await unmerge(checkout, jan)

    assert await checkout.balance(ola) == (10, 0, 0)
    assert await checkout.balance(eve) == await checkout.balance(jan) == (70, 0, 0)
    await unmerge(checkout, eve)
    assert await checkout.balance(eve) == (50, 0, 0)
    assert await checkout.balance(jan) == (20, 0, 0)


async def test_one_of_a_chain_goes_out_by_itself(checkout: Shop) -> None:
    ola, jan = await two(checkout, 10, 20)
    eve = await rich(checkout, "3", 40)
    await merge(checkout, jan, eve)
    await merge(checkout, ola, jan)

    await unmerge(checkout, eve)

    assert await checkout.balance(ola) == await checkout.balance(jan) == (30, 0, 0)
    assert await checkout.balance(eve) == (40, 0, 0)
    await unmerge(checkout, jan)
    assert await checkout.balance(jan) == (20, 0, 0)


async def test_merged_the_other_way_round_afterwards_all_is_of_that_one(checkout: Shop) -> None:
    ola, jan = await two(checkout, 10, 20)
    await merge(checkout, ola, jan)
    await buy(checkout, "a", "2", goods(1_000))
    await unmerge(checkout, jan)

    await merge(checkout, jan, ola)
    await buy(checkout, "b", "1", goods(500))
    assert await checkout.balance(ola) == await checkout.balance(jan) == (45, 0, 0)
    await unmerge(checkout, ola)

    assert await checkout.balance(ola) == (15, 0, 0)
    assert await checkout.balance(jan) == (30, 0, 0)


async def test_the_same_request_again_changes_nothing(checkout: Shop) -> None:
    ola, jan = await two(checkout, 10, 20)
    with pytest.raises(NotMerged):
        await unmerge(checkout, jan)
    await merge(checkout, ola, jan)
    with pytest.raises(NotMerged):
        await unmerge(checkout, ola)
    first = await unmerged(checkout, jan, "key-of-the-unmerge")
    tables = await checkout.tables()

    again = await unmerged(checkout, jan, "key-of-the-unmerge")

    assert again.replayed
    assert again.body == first.body
    with pytest.raises(NotMerged):
        await unmerge(checkout, jan)
    with pytest.raises(MemberNotFound):
        await unmerge(checkout, uuid.uuid1())
    assert await checkout.tables() == tables


async def test_what_somebody_is_in_the_middle_of_is_ended_first(checkout: Shop) -> None:
    ola, jan = await two(checkout, 10, 1_000)
    await merge(checkout, ola, jan)
    open_ = await hold(checkout, "c1", ola, goods(2_000), points=400)

    with pytest.raises(MergeBlocked):
        await unmerge(checkout, jan)
    await release(checkout, open_.id)
    await unmerge(checkout, jan)

    assert await checkout.balance(jan) == (1_000, 0, 0)


async def test_purchases_that_arrive_meanwhile_are_whose_card_it_was(checkout: Shop) -> None:
    ola, jan = await two(checkout)
    await merge(checkout, ola, jan)
    shops = [checkout, Shop(checkout.db, another(checkout.db))]
    await shops[1].built.start()
    sales = [buy(shops[n % 2], f"a{n}", "12"[n % 3 % 2], goods(1_000)) for n in range(30)]

    await asyncio.gather(*sales[:10], unmerge(checkout, jan), *sales[10:])

    assert await checkout.balance(ola) == (200, 0, 0)
    assert await checkout.balance(jan) == (100, 0, 0)


async def lent(shop: Shop, jan: int, ola: int, payer: str) -> tuple[uuid.UUID, uuid.UUID]:
    """Who paid while merged with the other's points has got them back from a return since."""
    members = await two(shop, ola, jan)
    await merge(shop, *members)
    await buy(shop, "a", payer, goods(2_000, category="cake"), points=400)
    await unmerge(shop, members[1])
    await shop.bring_back("r", "a")
    return members


async def test_what_somebody_had_before_is_theirs_after_being_merged_again(checkout: Shop) -> None:
    ola, jan = await lent(checkout, 400, 0, "1")
    before = [await checkout.balance(one) for one in (ola, jan)]
    assert before[0][0] == 400

    await merge(checkout, ola, jan)
    await unmerge(checkout, jan)

    assert [await checkout.balance(one) for one in (ola, jan)] == before


async def test_it_is_theirs_also_when_they_were_the_survivor_before(checkout: Shop) -> None:
    ola, jan = await lent(checkout, 0, 400, "2")
    before = [await checkout.balance(one) for one in (ola, jan)]
    assert before[1][0] == 400

    await merge(checkout, jan, ola)
    await unmerge(checkout, ola)

    assert [await checkout.balance(one) for one in (ola, jan)] == before


async def test_and_when_it_is_somebody_else_with_whom_they_are_merged(checkout: Shop) -> None:
    eve = await rich(checkout, "3", 0)
    ola, _ = await lent(checkout, 400, 0, "1")
    before = await checkout.balance(ola)

    await merge(checkout, eve, ola)
    await unmerge(checkout, ola)

    assert await checkout.balance(ola) == before
    assert (await checkout.balance(eve))[0] == 0


async def test_a_present_of_before_stays_with_who_got_it(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = (await shop.enrol("1")).id, (await shop.enrol("2")).id
    await shop.record(bought("a", "2", goods(10_000)))
    await shop.show(day(40))
    await sharing.give(jan, ola, 50, "points")
    before = [await shop.balance(one, "points") for one in (ola, jan)]
    assert before[0][0] == 50

    await merge(shop, ola, jan)
    await unmerge(shop, jan)

    assert [await shop.balance(one, "points") for one in (ola, jan)] == before
