"""Everything about a member at a glance."""

import datetime as dt
import json

from service.domain.members.types import Profile
from tests.flows.counter import buy, hold, rich
from tests.flows.reward_shop import hand_over, member, redeem, with_rewards
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import SOURCE, Shop, day, goods

HOUSEHOLDS = """
households:
  title: {en: Home, pl: Dom}
  text: {en: Together}
  members_max: 3
  wallets: [stars]
"""
YEAR_LATER = dt.datetime(2027, 3, 2, 10, tzinfo=dt.UTC)


async def test_home_shows_everything_in_one_language(shop: Shop) -> None:
    ola = (await shop.enrol("1", profile=Profile(first_name="Ola", language="pl"))).id
    await shop.buy("a", ola, goods(6000), at=day(0))

    all_of_it = json.loads((await shop.reads.home(ola, ())).body)
    own = json.loads((await shop.reads.home(ola, ("pl",))).body)
    asked = json.loads((await shop.reads.home(ola, ("en-GB",))).body)

    assert (own["member_id"], own["name"], own["language"]) == (str(ola), "Ola", "pl")
    assert own["wallets"]["points"] == {
        "balance": {"available": 0, "pending": 60, "held": 0, "debt": 0},
        "title": {"pl": "Punkty"},
        "expiring": [{"expires_at": "2026-06-30T22:00:00Z", "amount": 60}],
    }
    assert own["tiers"]["main"]["title"] == {"pl": "Poziomy"}
    assert own["tiers"]["main"]["progress"]["missing"] == 40
    assert (asked["language"], asked["wallets"]["points"]["title"]) == ("pl", {"en": "Points"})
    assert all_of_it["wallets"]["points"]["title"] == {"en": "Points", "pl": "Punkty"}
    assert [tier["threshold"] for tier in own["tiers"]["main"]["tiers"]] == [0, 100, 300]


async def test_home_shows_rewards_what_is_to_be_fetched_and_what_is_kept(shop: Shop) -> None:
    """120 points: a mug for 100 is redeemed, a pen for 10 is kept, so 10 are left."""
    await with_rewards(shop)
    ola = await member(shop, 120)
    mug = await redeem(shop, ola, "mug")
    pen = await redeem(shop, ola, "yearly", hold=600)

    home = json.loads((await shop.reads.home(ola, ("en",))).body)

    assert [one["id"] for one in home["redemptions"]] == [str(pen.id), str(mug.id)]
    assert [one["state"] for one in home["redemptions"]] == ["held", "granted"]
    shown = {one["id"]: one for one in home["rewards"]}
    assert list(shown)[-3:] == ["mug", "tasting", "five-off"]  # 90, 90 and 240 are missing
    assert shown["five-off"]["why"] == [{"reason": "not_enough", "missing": 240}]
    assert shown["five-off"]["title"] == {"en": "Five off"}
    assert not any(one["available"] for one in home["rewards"])

    await hand_over(shop, mug)
    await shop.show(day(1))
    later = json.loads((await shop.reads.home(ola, ())).body)

    assert "redemptions" not in later
    assert [one["id"] for one in later["rewards"] if one["available"]] == ["yearly"]
    assert later["rewards"][0]["id"] == "yearly"


async def test_home_shows_the_household_its_pool_and_invitations(shop: Shop) -> None:
    await shop.publish(SOURCE + HOUSEHOLDS, None)
    await shop.show(day(0))
    sharing = Sharing(shop)
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2")
    household = await sharing.form(ola)
    await sharing.pool(household, ola, 20)
    await sharing.invite(household, ola, jan)

    hers = json.loads((await shop.reads.home(ola, ("pl",))).body)
    his = json.loads((await shop.reads.home(jan, ())).body)

    (lot,) = hers["household"]["pool"]["stars"].pop("expiring")
    assert (lot["amount"], lot["expires_at"][:10]) == (20, "2026-04-01")
    assert hers["household"] == {
        "id": str(household),
        "title": {"pl": "Dom"},
        "text": {"en": "Together"},
        "role": "head",
        "pool": {
            "stars": {
                "balance": {"available": 20, "pending": 0, "held": 0, "debt": 0},
            }
        },
    }
    assert "invitations" not in hers
    assert [one["household_id"] for one in his["invitations"]] == [str(household)]
    assert "household" not in his


async def test_the_tag_of_home_moves_with_what_it_shows_and_only_then(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(6000), at=day(0))
    first = await shop.reads.home(ola, ("en",))
    assert await shop.reads.home(ola, ("en",)) == first

    tags = {first.etag, (await shop.reads.home(ola, ("pl",))).etag}
    for instant in (day(14), YEAR_LATER):  # a release; what counted leaves the window
        await shop.show(instant)
        tags.add((await shop.reads.home(ola, ("en",))).etag)

    assert len(tags) == 4


async def test_home_lists_the_coupons_that_can_still_be_used(checkout: Shop) -> None:
    """Two mugs, two coupons for 30 days each; the second one is held, the first one used."""
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(1_000, category="mug"), at=day(0))
    await buy(checkout, "b", ola, goods(1_000, category="mug"), at=day(1))
    shown = json.loads((await checkout.reads.home(ola, ("en",))).body)["coupons"]
    assert [(one["template"], one["state"]) for one in shown] == [("NEXT5", "usable")] * 2
    assert shown[0]["valid_until"] < shown[1]["valid_until"]

    await buy(checkout, "c", ola, goods(3_000), coupons=(shown[0]["code"],))
    await hold(checkout, "k", ola, goods(3_000), coupons=(shown[1]["code"],))

    left = json.loads((await checkout.reads.home(ola, ("en",))).body)["coupons"]
    assert [(one["id"], one["state"]) for one in left] == [(shown[1]["id"], "held")]
    await checkout.show(day(40))
    assert "coupons" not in json.loads((await checkout.reads.home(ola, ("en",))).body)
