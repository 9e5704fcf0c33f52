"""Everything about a member at a glance."""

import datetime as dt
import json

import pytest

from service.domain.members.types import Profile
from tests.flows.counter import buy, hold, rich
from tests.flows.shop import Shop, day, goods

YEAR_LATER = dt.datetime(2027, 3, 2, 10, tzinfo=dt.UTC)


async def test_home_shows_everything_in_one_language(shop: Shop) -> None:
    ola = (await shop.enrol("1", profile=Profile(first_name="Ola", language="pl"))).id
    await shop.buy("a", ola, goods(6000), at=day(0))

    own = json.loads((await shop.reads.home(ola, None)).body)
    asked = json.loads((await shop.reads.home(ola, "en-GB")).body)

    assert (own["member_id"], own["name"], own["language"]) == (str(ola), "Ola", "pl")
    assert own["wallets"]["points"] == {
        "balance": {"available": 0, "pending": 60, "held": 0, "debt": 0},
        "title": {"pl": "Punkty"},
        "expiring": [{"expires_at": "2026-06-30T22:00:00Z", "amount": 60}],
    }
    assert own["tiers"]["main"]["title"] == {"pl": "Poziomy"}
    assert own["tiers"]["main"]["progress"]["missing"] == 40
    assert (asked["language"], asked["wallets"]["points"]["title"]) == ("en-GB", {"en": "Points"})


@pytest.mark.parametrize(
    ("asked", "spoken", "title"),
    [
        (None, None, "Points"),
        ("de", None, "Points"),
        ("pl-PL", "en", "Punkty"),
        (None, "fr", "Points"),
    ],
)
async def test_a_language_nobody_wrote_falls_back_to_english(
    shop: Shop, asked: str | None, spoken: str | None, title: str
) -> None:
    ola = (await shop.enrol("1", profile=Profile(language=spoken))).id

    home = json.loads((await shop.reads.home(ola, asked)).body)

    assert list(home["wallets"]["points"]["title"].values()) == [title]


async def test_the_tag_of_home_moves_with_what_it_shows_and_only_then(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(6000), at=day(0))
    first = await shop.reads.home(ola, "en")
    assert await shop.reads.home(ola, "en") == first

    tags = {first.etag, (await shop.reads.home(ola, "pl")).etag}
    for instant in (day(14), YEAR_LATER):  # a release; what counted leaves the window
        await shop.show(instant)
        tags.add((await shop.reads.home(ola, "en")).etag)

    assert len(tags) == 4


async def test_home_lists_the_coupons_that_can_still_be_used(checkout: Shop) -> None:
    """Two mugs, two coupons for 30 days each; the second one is held, the first one used."""
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(1_000, category="mug"), at=day(0))
    await buy(checkout, "b", ola, goods(1_000, category="mug"), at=day(1))
    shown = json.loads((await checkout.reads.home(ola, "en")).body)["coupons"]
    assert [(one["template"], one["state"]) for one in shown] == [("NEXT5", "usable")] * 2
    assert shown[0]["valid_until"] < shown[1]["valid_until"]

    await buy(checkout, "c", ola, goods(3_000), coupons=(shown[0]["code"],))
    await hold(checkout, "k", ola, goods(3_000), coupons=(shown[1]["code"],))

    left = json.loads((await checkout.reads.home(ola, "en")).body)["coupons"]
    assert [(one["id"], one["state"]) for one in left] == [(shown[1]["id"], "held")]
    await checkout.show(day(40))
    assert "coupons" not in json.loads((await checkout.reads.home(ola, "en")).body)
