"""Two members are one person: what each had is the survivor's, by the rules and in the ledger.

With service/domain/members/merges.py, service/flows/steps/merging/family.py and
service/flows/steps/merging/units.py.
"""

import asyncio
import uuid

import pytest

from service.domain.members.errors import MergeBlocked, MergeWithItself
from service.domain.members.types import Profile
from service.domain.transfers.errors import RecipientNotFound
from service.kernel.values import Movement
from tests.flows.counter import buy, hold, positions, quote, reasons, release, report, rich
from tests.flows.coupon_shop import listed
from tests.flows.merging import merge, merged
from tests.flows.shop import Shop, another, card, day, goods


async def two(shop: Shop, ola: int = 0, jan: int = 0) -> tuple[uuid.UUID, uuid.UUID]:
    """Cards 1 and 2 of two members, who have so many points."""
    return await rich(shop, "1", ola), await rich(shop, "2", jan)


async def test_units_pass_with_their_expiry_and_the_old_one_has_nothing(checkout: Shop) -> None:
    ola, jan = await two(checkout, 300)
    await checkout.show(day(10))
    await checkout.adjust(jan, 200)
    before = (await checkout.wallets(jan))["points"].expiring

    receipt = await merge(checkout, ola, jan)

    assert (receipt.member_id, receipt.merged_id) == (ola, jan)
    assert receipt.moved == (Movement(wallet="points", amount=200),)
    assert receipt.wallets["points"].available == 500
    assert await checkout.balance(ola) == (500, 0, 0)
    assert (await checkout.wallets(ola))["points"].expiring[-1:] == before
    assert (await checkout.entries(ola))[-1][:3] == ("merged_in", 200, 0)
    async with checkout.db.reading() as tx:
        left = await tx.connection.fetch("select posted from wallet where holder_id = $1", jan)
    assert {row[0] for row in left} == {0}


async def test_debt_passes_and_is_paid_by_what_is_there(checkout: Shop) -> None:
    ola, jan = await two(checkout, 300)
    await checkout.adjust(jan, 100)
    await report(checkout, "a", jan, goods(2_000, category="cake"), points=400)
    assert (await checkout.balance(jan))[2] > 0
    owed = (await checkout.balance(jan))[2] - (await checkout.balance(jan))[0]

    await merge(checkout, ola, jan)

    assert await checkout.balance(ola) == (300 - owed, 0, 0)


async def test_tiers_count_what_both_bought(checkout: Shop) -> None:
    ola, jan = await two(checkout)
    await buy(checkout, "a", ola, goods(6_000), at=day(1))
    await buy(checkout, "b", jan, goods(6_000), at=day(2))
    assert await checkout.tier(ola) == await checkout.tier(jan) == "bronze"

    receipt = await merge(checkout, ola, jan)

    assert receipt.tier["main"].id == "silver"
    assert await checkout.tier(ola) == "silver"
    assert (await checkout.events(ola))[-1][0] in {"tier.changed", "points.transferred"}


async def test_limits_count_over_both(checkout: Shop) -> None:
    ola, jan = await two(checkout)
    first = await buy(checkout, "a", jan, goods(2_000, category="hat"), coupons=("ONCE-EACH",))
    assert first.discount == 500

    await merge(checkout, ola, jan)

    told = await quote(checkout, ola, goods(2_000, category="hat"), coupons=("ONCE-EACH",))
    assert told.discount == 0
    assert reasons(told) == [(0, "member_limit")]


async def test_a_coupon_of_the_old_one_is_the_survivors_until_what_gave_it_comes_back(
    checkout: Shop,
) -> None:
    ola, jan = await two(checkout)
    await buy(checkout, "a", jan, goods(1_000, category="mug"))
    (code,) = [one.code for one in await listed(checkout, jan)]
    await merge(checkout, ola, jan)

    told = await quote(checkout, ola, goods(2_000), coupons=(code,))
    assert positions(told) == [0]
    await checkout.bring_back("r", "a")
    assert positions(await quote(checkout, ola, goods(2_000), coupons=(code,))) == []


async def test_a_return_after_it_gives_back_and_takes_what_it_would_have_before(
    checkout: Shop,
) -> None:
    """Units paid with before the merge come back as the survivor's; what was earned is taken."""
    ola, jan = await two(checkout, 100, 1_000)
    await buy(checkout, "a", jan, goods(2_000, 2), points=400)
    await checkout.bring_back("r1", "a", {0: 1})  # half of it before
    before = await checkout.balance(jan)
    await merge(checkout, ola, jan)
    assert await checkout.balance(ola) == (before[0] + 100, 0, 0)

    await checkout.bring_back("r2", "a")

    assert await checkout.balance(ola) == (1_100, 0, 0)
    assert await checkout.balance(jan) == (1_100, 0, 0)  # the old id is the survivor


async def test_what_had_lapsed_with_the_old_one_counts_as_taken(checkout: Shop) -> None:
    ola, jan = await two(checkout)
    await buy(checkout, "a", jan, goods(5_000), at=day(0))
    await checkout.show(day(400))
    await checkout.settle()
    await merge(checkout, ola, jan)

    await checkout.bring_back("r", "a")

    assert await checkout.balance(ola) == (0, 0, 0)


async def test_what_passed_and_lapsed_with_the_survivor_counts_as_taken(checkout: Shop) -> None:
    ola, jan = await two(checkout)
    await buy(checkout, "a", jan, goods(5_000), at=day(0))
    await merge(checkout, ola, jan)
    await checkout.show(day(400))

    await checkout.bring_back("r", "a")

    assert await checkout.balance(ola) == (0, 0, 0)


async def test_purchases_under_the_old_card_are_the_survivors(checkout: Shop) -> None:
    ola, jan = await two(checkout)
    await merge(checkout, ola, jan)

    receipts = [
        await buy(checkout, "a", "2", goods(1_000)),
        await buy(checkout, "b", jan, goods(1_000)),
    ]

    assert [one.member_id for one in receipts] == [ola, ola]
    assert await checkout.balance(ola) == (20, 0, 0)


async def test_a_quote_asked_before_is_asked_anew(checkout: Shop) -> None:
    """What is remembered of a cart and a card holds no longer."""
    ola, jan = await two(checkout, 1_000)
    cart = goods(1_000)
    before = [await quote(checkout, "2", cart) for _ in range(3)]

    await merge(checkout, ola, jan)

    after = await quote(checkout, "2", cart)
    assert ({one.member_id for one in before}, after.member_id) == ({jan}, ola)
    assert before[0].usable.points != after.usable.points


async def test_the_profile_is_filled_and_both_cards_are_listed(checkout: Shop) -> None:
    ola = (await checkout.enrol("1", profile=Profile(name="Ola"))).id
    jan = (await checkout.enrol("2", profile=Profile(name="Jan", country="PL"))).id

    receipt = await merge(checkout, ola, jan)

    assert receipt.filled == ("profile.country",)
    shown = await checkout.reads.member(ola)
    assert (shown.profile.name, shown.profile.country) == ("Ola", "PL")
    assert shown.identifiers == (card("1"), card("2"))


async def test_both_tell_of_it(checkout: Shop) -> None:
    ola, jan = await two(checkout, 10, 20)

    receipt = await merge(checkout, ola, (card("2"),))

    for who, other, units in ((ola, jan, 20), (jan, ola, -20)):
        told = dict((await checkout.events(who))[-2:])
        assert told["member.merged"] == {
            "operation_id": str(receipt.id),
            "member_id": str(jan),
            "into_id": str(ola),
            "filled": [],
        }
        assert told["points.transferred"]["kind"] == "merged"
        assert told["points.transferred"]["other_id"] == str(other)
        assert told["points.transferred"]["changes"][0]["amount"] == units


async def test_the_same_request_again_changes_nothing(checkout: Shop) -> None:
    ola, jan = await two(checkout, 10, 20)
    first = await merged(checkout, ola, jan, "key-of-the-merge")
    tables = await checkout.tables()

    again = await merged(checkout, ola, jan, "key-of-the-merge")

    assert again.replayed
    assert again.body == first.body
    with pytest.raises(MergeWithItself):
        await merge(checkout, ola, jan)
    with pytest.raises(MergeWithItself):
        await merge(checkout, jan, ola)
    with pytest.raises(RecipientNotFound):
        await merge(checkout, ola, (card("nobody"),))
    assert await checkout.tables() == tables


async def test_what_somebody_is_in_the_middle_of_is_ended_first(checkout: Shop) -> None:
    ola, jan = await two(checkout, 10, 1_000)
    open_ = await hold(checkout, "c1", jan, goods(2_000), points=400)

    with pytest.raises(MergeBlocked) as refusal:
        await merge(checkout, ola, jan)
    assert refusal.value.reasons == ("open-hold",)
    assert "release the hold" in refusal.value.detail()
    await release(checkout, open_.id)
    await merge(checkout, ola, jan)

    assert await checkout.balance(ola) == (1_010, 0, 0)


async def test_a_hold_past_its_time_is_in_nobodys_way(checkout: Shop) -> None:
    ola, jan = await two(checkout, 10, 1_000)
    await hold(checkout, "c1", jan, goods(2_000), points=400)
    await checkout.show(day(1))

    await merge(checkout, ola, jan)

    assert await checkout.balance(ola) == (1_010, 0, 0)


async def test_who_was_merged_on_is_found_in_one_step(checkout: Shop) -> None:
    ola, jan = await two(checkout, 10, 20)
    eve = await rich(checkout, "3", 30)
    await merge(checkout, jan, eve)

    await merge(checkout, ola, jan)

    assert await checkout.balance(ola) == (60, 0, 0)
    assert (await buy(checkout, "a", "3", goods(1_000))).member_id == ola
    assert (await merge(checkout, await rich(checkout, "4", 5), eve)).merged_id == ola


async def test_merged_at_once_both_ways_they_are_one(checkout: Shop) -> None:
    ola, jan = await two(checkout, 10, 20)
    shops = [checkout, Shop(checkout.db, another(checkout.db))]
    await shops[1].built.start()

    done = await asyncio.gather(
        merge(shops[0], ola, jan), merge(shops[1], jan, ola), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in done) == ["MergeReceipt", "MergeWithItself"]
    assert await checkout.balance(ola) == await checkout.balance(jan) == (30, 0, 0)


async def test_purchases_that_arrive_meanwhile_are_the_survivors(checkout: Shop) -> None:
    ola, jan = await two(checkout)
    shops = [checkout, Shop(checkout.db, another(checkout.db))]
    await shops[1].built.start()
    sales = [buy(shops[n % 2], f"a{n}", "2" if n % 3 else jan, goods(1_000)) for n in range(30)]

    await asyncio.gather(*sales[:10], merge(checkout, ola, jan), *sales[10:])

    assert await checkout.balance(ola) == (300, 0, 0)
    async with checkout.db.reading() as tx:
        whose = await tx.connection.fetch("select distinct holder_id, home_id from purchase")
    assert {tuple(row) for row in whose} == {(ola, jan)}
