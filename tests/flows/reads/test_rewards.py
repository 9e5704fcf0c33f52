"""The catalogue, what a member can have, and what he has had."""

import msgspec
import pytest

from service.domain.members.errors import MemberNotFound
from service.domain.members.types import Profile
from service.domain.rewards.errors import RedemptionNotFound
from service.domain.rewards.types import Catalogue, RedemptionState, RewardView
from service.infra.cursors import CursorInvalid
from service.kernel.ids import new_id
from service.kernel.texts import Languages
from service.rules.rewards import Unavailable
from tests.flows.reward_shop import (
    cancel,
    grant,
    hand_over,
    member,
    offered,
    redeem,
    with_rewards,
)
from tests.flows.shop import Shop, day, goods

SHOWN = ["five-off", "mug", "tasting", "tree", "yearly", "silver-only", "buyers", "later"]


async def catalogue(shop: Shop, languages: Languages = ()) -> dict[str, RewardView]:
    """By id, in order."""
    body = (await shop.reads.rewards(languages)).body
    return {one.id: one for one in msgspec.json.decode(body, type=Catalogue).items}


async def test_the_catalogue_has_all_that_is_not_over_in_the_order_of_the_file(shop: Shop) -> None:
    await with_rewards(shop)
    found = await catalogue(shop)
    assert list(found) == SHOWN
    five = found["five-off"]
    assert (five.wallet, five.price, five.prices) == ("points", 250, {"main": {"silver": 200}})
    assert (five.gives.coupon, five.left) == ("FREE", None)
    assert (found["mug"].gives.item, found["mug"].left) == ("mug", 40)
    assert found["later"].valid_from is not None


@pytest.mark.parametrize(
    ("languages", "title"),
    [
        ((), {"en": "Five off", "pl": "Piątka mniej"}),
        (("pl",), {"pl": "Piątka mniej"}),
        (("de", "pl-PL"), {"pl": "Piątka mniej"}),
        (("fr",), {"en": "Five off"}),
    ],
)
async def test_texts_are_in_the_language_asked_for_or_in_all(
    languages: Languages, title: dict[str, str], shop: Shop
) -> None:
    await with_rewards(shop)
    found = (await catalogue(shop, languages))["five-off"]
    assert (found.title, found.text) == (title, {"en": "Any order"})
    assert found.image == {"en": "https://example.org/five.png"}


async def test_its_tag_changes_with_the_stock_and_the_language(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 100)
    first = (await shop.reads.rewards(())).etag
    assert (await shop.reads.rewards(())).etag == first
    assert (await shop.reads.rewards(("pl",))).etag != first

    await redeem(shop, ola, "mug", hold=60)

    assert (await shop.reads.rewards(())).etag != first
    await shop.show(day(1))
    assert (await shop.reads.rewards(())).etag == first  # what is held in vain is there again


async def test_a_member_sees_his_price_and_every_reason(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 100)
    await redeem(shop, ola, "yearly")  # 90 are left

    found = await offered(shop, ola)

    assert list(found) == SHOWN
    assert {name: [why.reason for why in one.why] for name, one in found.items()} == {
        "five-off": [Unavailable.NOT_ENOUGH],
        "mug": [Unavailable.NOT_ENOUGH],
        "tasting": [Unavailable.NOT_ENOUGH],
        "tree": [],
        "yearly": [Unavailable.LIMIT],
        "silver-only": [Unavailable.NEEDS_TIER],
        "buyers": [Unavailable.NOT_ELIGIBLE],
        "later": [Unavailable.NOT_STARTED],
    }
    assert [name for name, one in found.items() if one.available] == ["tree"]
    assert found["mug"].why[0].missing == 10
    assert (found["mug"].affordable, found["silver-only"].affordable) == (False, True)
    (unmet,) = found["silver-only"].why[0].conditions
    assert (unmet.condition, unmet.want, unmet.got) == ("member.tier.main", ">= 'silver'", "bronze")


async def test_a_tier_and_what_he_bought_open_more(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 1000)
    await shop.buy("a", ola, goods(10_000))  # silver

    found = await offered(shop, ola)

    assert found["five-off"].price == 200
    assert found["silver-only"].available
    assert found["buyers"].available
    await shop.show(day(31))
    assert not (await offered(shop, ola))["buyers"].available


async def test_what_is_held_by_another_is_out_of_stock_until_it_is_over(shop: Shop) -> None:
    await with_rewards(shop)
    ola, jan = await member(shop, 100), await member(shop, 100, "2")
    await redeem(shop, jan, "tasting", hold=60)
    tasting = (await offered(shop, ola))["tasting"]
    assert (tasting.left, [why.reason for why in tasting.why]) == (0, [Unavailable.OUT_OF_STOCK])
    await shop.show(day(1))
    tasting = (await offered(shop, ola))["tasting"]
    assert (tasting.left, tasting.available) == (1, True)


async def test_units_that_lapsed_or_are_held_do_not_count(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 150)
    await redeem(shop, ola, "mug", hold=60)
    assert not (await offered(shop, ola))["mug"].affordable
    await shop.show(day(1))
    assert (await offered(shop, ola))["mug"].affordable
    await shop.show(day(130))  # nothing was posted since
    assert not (await offered(shop, ola))["mug"].affordable


async def test_what_it_says_is_what_redeeming_does(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 300)
    for name, one in (await offered(shop, ola)).items():
        if one.available:
            assert (await redeem(shop, ola, name, hold=1)).price == one.price
            await shop.show((shop.shown or day(0)) + (day(1) - day(0)))


async def test_what_a_member_is_offered_is_in_the_language_asked_for(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await shop.enrol("1", profile=Profile(language="pl"))
    title = {"en": "Five off", "pl": "Piątka mniej"}
    assert (await offered(shop, ola.id))["five-off"].title == title
    assert (await offered(shop, ola.id, ("en",)))["five-off"].title == {"en": "Five off"}


async def test_reading_writes_nothing(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 100)
    held = await redeem(shop, ola, "mug", hold=60)
    await shop.show(day(1))
    before = await shop.tables()
    await offered(shop, ola)
    await catalogue(shop)
    await shop.reads.redemption(held.id)
    await shop.reads.redemptions(ola, None, 10)
    assert await shop.tables() == before


async def test_a_list_has_the_newest_first_in_pages(shop: Shop) -> None:
    await with_rewards(shop)
    ola, jan = await member(shop, 1000), await member(shop, 100, "2")
    await redeem(shop, jan, "tree")
    made = [await redeem(shop, ola, "tree") for _ in range(5)]

    first = await shop.reads.redemptions(ola, None, 2)
    second = await shop.reads.redemptions(ola, first.next, 2)
    third = await shop.reads.redemptions(ola, second.next, 2)

    shown = [one.id for page in (first, second, third) for one in page.items]
    assert shown == [one.id for one in reversed(made)]
    assert third.next is None
    with pytest.raises(CursorInvalid):
        await shop.reads.redemptions(jan, first.next, 2)
    with pytest.raises(CursorInvalid):
        await shop.reads.redemptions(ola, "nonsense", 2)


async def test_each_stands_where_it_stands_now(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 1000)
    await redeem(shop, ola, "mug", hold=60)
    await cancel(shop, await redeem(shop, ola, "mug"))
    await hand_over(shop, await redeem(shop, ola, "mug"))
    await grant(shop, await redeem(shop, ola, "mug", hold=60))
    await shop.show(day(1))
    await redeem(shop, ola, "mug", hold=60)

    page = await shop.reads.redemptions(ola, None, 10)

    assert [one.state for one in page.items] == [
        RedemptionState.HELD,
        RedemptionState.GRANTED,
        RedemptionState.HANDED_OVER,
        RedemptionState.CANCELLED,
        RedemptionState.TIMED_OUT,
    ]
    assert all(one.wallets == {} for one in page.items)


async def test_nobody_has_none(shop: Shop) -> None:
    await with_rewards(shop)
    with pytest.raises(MemberNotFound):
        await shop.reads.member_rewards(new_id(), ())
    with pytest.raises(MemberNotFound):
        await shop.reads.redemptions(new_id(), None, 10)
    with pytest.raises(RedemptionNotFound):
        await shop.reads.redemption(new_id())


async def test_a_program_without_rewards_has_none(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    assert await catalogue(shop) == {}
    assert await offered(shop, ola) == {}
