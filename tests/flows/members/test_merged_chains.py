"""More than two who were one, and what was done since: each gets theirs, whoever goes first."""

import uuid

import pytest

from service.domain.members.types import ProfilePatch
from tests.flows.counter import buy, rich
from tests.flows.eraser import erased
from tests.flows.merging import merge, unmerge
from tests.flows.moments_shop import Moments
from tests.flows.remains import places
from tests.flows.shop import Shop, card, goods, phone
from tests.flows.telling import tell


async def three(shop: Shop) -> list[uuid.UUID]:
    """Ola, Jan and Eva with the cards 1, 2 and 3."""
    return [await rich(shop, number, 0) for number in ("1", "2", "3")]


async def test_what_they_earned_since_goes_back_though_another_one_came_too(checkout: Shop) -> None:
    ola, jan, eva = await three(checkout)
    await merge(checkout, ola, jan)
    await buy(checkout, "p", "2", goods(7_000))
    await merge(checkout, ola, eva)

    back = await unmerge(checkout, jan)

    assert back.purchases == 1
    assert await checkout.balance(jan) == (70, 0, 0)
    assert await checkout.balance(ola) == (0, 0, 0)
    await checkout.bring_back("r", "p")
    assert await checkout.balance(jan) == await checkout.balance(ola) == (0, 0, 0)


async def test_what_they_earned_since_goes_back_though_all_were_merged_on(checkout: Shop) -> None:
    ola, jan, eva = await three(checkout)
    await merge(checkout, jan, eva)
    await buy(checkout, "p", "3", goods(7_000))
    await buy(checkout, "q", "2", goods(2_000))
    await merge(checkout, ola, jan)

    await unmerge(checkout, eva)
    await unmerge(checkout, jan)

    found = [await checkout.balance(one) for one in (ola, jan, eva)]
    assert found == [(0, 0, 0), (20, 0, 0), (70, 0, 0)]


async def test_what_rules_gave_since_goes_back_though_all_were_merged_on(moments: Moments) -> None:
    shop = moments.shop
    ola, jan, eva = [await moments.member(number) for number in ("1", "2", "3")]
    await merge(shop, jan, eva)
    await shop.buy("p", "3", goods(100_000))
    await moments.through()
    assert await shop.tier(jan) == "black"
    runs = await moments.runs(jan)
    await merge(shop, ola, jan)

    await unmerge(shop, eva)

    assert (await shop.tier(eva), await shop.tier(ola)) == ("black", "bronze")
    assert len(await moments.runs(eva)) + len(await moments.runs(ola)) == len(runs) + 1
    assert await moments.points(eva) == 50 + 1_001
    await shop.bring_back("r", "p")
    assert await shop.balance(eva) == (50, 0, 0)
    assert await shop.balance(ola) == (100, 0, 0)


async def test_lots_that_say_whose_they_are_are_not_written_again(checkout: Shop) -> None:
    ola, jan, eva = [await rich(checkout, number, 10) for number in ("1", "2", "3")]
    await merge(checkout, ola, jan)
    before = await versions(checkout, ola)
    assert len(before) == 2

    await merge(checkout, ola, eva)

    assert (await versions(checkout, ola))[:2] == before


async def versions(shop: Shop, member: uuid.UUID) -> list[tuple[int, str]]:
    """Lots and the transactions that wrote them last."""
    statement = "select lot_no, xmin::text from lot where holder_id = $1 order by lot_no"
    async with shop.db.reading() as tx:
        return [tuple(row) for row in await tx.connection.fetch(statement, member)]


async def test_what_rules_gave_for_a_deed_goes_back_with_the_deed(moments: Moments) -> None:
    shop = moments.shop
    ola, jan = await moments.member("1"), await moments.member("2")
    await merge(shop, ola, jan)
    for number in range(2):
        await tell(shop, f"review-{number}", "2", "review")
    await tell(shop, "oath", "2", "oath")

    await unmerge(shop, jan)

    assert len((await shop.reads.activities(jan, None, 10)).items) == 3
    # 50 for coming, 20 for each review, 500 for the tier of the oath
    assert (await moments.points(jan), await moments.points(ola)) == (590, 50)
    assert (await shop.tier(jan), await shop.tier(ola)) == ("silver", "bronze")
    await tell(shop, "review-2", "2", "review")  # the limit is two in 30 days
    await tell(shop, "review-3", "1", "review")
    assert (await moments.points(jan), await moments.points(ola)) == (590, 70)


async def test_a_name_goes_from_all_whom_it_had_filled(checkout: Shop) -> None:
    ola, jan, eva = await three(checkout)
    await checkout.change(eva, profile=ProfilePatch(name="Zdzislawa"))
    await merge(checkout, jan, eva)
    assert (await merge(checkout, ola, jan)).filled == ("profile.name",)

    assert (await unmerge(checkout, eva)).emptied == ("profile.name",)

    assert (await unmerge(checkout, jan)).emptied == ()
    assert (await checkout.reads.member(jan)).profile.name is None
    assert (await checkout.reads.member(ola)).profile.name is None
    await erased(checkout, eva)
    assert await places(checkout, "zdzislawa") == set()


async def test_a_name_that_was_there_before_stays(checkout: Shop) -> None:
    ola, jan, eva = await three(checkout)
    for one in (ola, eva):
        await checkout.change(one, profile=ProfilePatch(name="Ala"))
    await merge(checkout, jan, eva)
    assert (await merge(checkout, ola, jan)).filled == ()

    assert (await unmerge(checkout, eva)).emptied == ()

    assert (await checkout.reads.member(ola)).profile.name == "Ala"


async def test_identifiers_of_a_chain_are_listed_where_they_are_held(checkout: Shop) -> None:
    ola, jan, eva = await three(checkout)
    await merge(checkout, jan, eva)
    await merge(checkout, ola, jan)

    await unmerge(checkout, eva)
    shown = [(await checkout.reads.member(one)).identifiers for one in (ola, eva)]
    await unmerge(checkout, jan)

    assert shown == [(card("1"), card("2")), (card("3"),)]
    alone = [(await checkout.reads.member(one)).identifiers for one in (ola, jan, eva)]
    assert alone == [(card("1"),), (card("2"),), (card("3"),)]


@pytest.mark.parametrize("who", ["somebody else", "nobody known"])
async def test_what_was_given_up_is_shown_to_neither(checkout: Shop, who: str) -> None:
    given_up = phone("500100200") if who == "somebody else" else card("4")
    ola, jan = await rich(checkout, "1", 0), (await checkout.enrol("2")).id
    await checkout.change(jan, add=(given_up,))
    await merge(checkout, ola, jan)
    await checkout.change(ola, remove=(given_up,))
    if who == "somebody else":
        await checkout.enrol("9", given_up)
    else:
        await buy(checkout, "p", "4", goods(1_000))

    await unmerge(checkout, jan)

    shown = [(await checkout.reads.member(one)).identifiers for one in (ola, jan)]
    assert shown == [(card("1"),), (card("2"),)]
