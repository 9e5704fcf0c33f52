"""Homes kept in memory: answered from it while they stand, and never a moment longer."""

import datetime as dt
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from service.domain.members.errors import MemberNotFound
from service.flows.reads import homes
from service.flows.reads.balances import Tagged
from service.flows.reads.home import look
from service.kernel.ids import new_id
from tests.flows.coupon_shop import give, void
from tests.flows.reward_shop import REWARDS, cancel, grant, redeem
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import SOURCE, Shop, another, day, goods

PROGRAM: Final = f"{SOURCE}{REWARDS}households: {{members_max: 3, wallets: [stars]}}\n"


class Places:
    """Two members of a household and one of none; how often a home was made."""

    def __init__(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shop = shop
        self.sharing = Sharing(shop)
        self.made = 0

        async def counted(*given: Any) -> Any:
            self.made += 1
            return await look(*given)

        monkeypatch.setattr("service.flows.reads.homes.look", counted)

    async def open(self) -> "Places":
        """At day 0: Ola has 500 points, stars in the pool, a coupon and a mug that is kept."""
        await self.shop.publish(PROGRAM, None)
        await self.shop.show(day(0))
        self.ola = await self.sharing.member("1", points=500, stars=50)
        self.jan = await self.sharing.member("2", points=500, stars=50)
        self.eva = await self.sharing.member("3", points=500)
        self.household = await self.sharing.household(self.ola, self.jan)
        await self.sharing.pool(self.household, self.jan, 10)
        self.coupon = (await give(self.shop, self.ola, template="FREE")).id
        self.mug = await redeem(self.shop, self.ola, "mug", hold=3600)
        return self

    async def home(self, languages: tuple[str, ...] = ()) -> Tagged:
        """As it is answered."""
        return await self.shop.reads.home(self.ola, languages)

    async def anew(self) -> Tagged:
        """As another process makes it that has never been asked."""
        built = another(self.shop.db)
        await built.start()
        return await built.reads.home(self.ola, ())


@pytest.fixture
async def places(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Places:
    """At day 0."""
    return await Places(shop, monkeypatch).open()


async def test_asked_again_it_is_answered_from_memory(places: Places) -> None:
    first = await places.home()
    await places.shop.show(day(0.04))  # an hour has 1/24: the mug is kept for a little longer

    assert await places.home() == first
    assert places.made == 1


async def test_each_language_has_a_home_of_its_own(places: Places) -> None:
    tags = {(await places.home(languages)).etag for languages in ((), ("en",), ("pl",))}

    assert len(tags) == 3


Act = Callable[[Places], Awaitable[Any]]


async def _published(places: Places) -> None:
    await places.shop.publish(PROGRAM.replace("pl: Punkty", "pl: Punkciki"), None)
    await places.shop.show(day(0.01))


ACTS: Final[dict[str, Act]] = {
    "points come": lambda p: p.shop.adjust(p.ola, 1),
    "a purchase": lambda p: p.shop.buy("a", p.ola, goods(1_000)),
    "a coupon comes": lambda p: give(p.shop, p.ola, template="FREE"),
    "a coupon is void": lambda p: void(p.shop, coupon_id=p.coupon),
    "what was kept is granted": lambda p: grant(p.shop, p.mug),
    "what was kept is given up": lambda p: cancel(p.shop, p.mug),
    "another takes the last of a stock": lambda p: redeem(p.shop, p.eva, "tasting"),
    "another gives to the pool": lambda p: p.sharing.pool(p.household, p.jan, 5),
    "another draws from the pool": lambda p: p.sharing.draw(p.household, p.jan, 5),
    "the household is dissolved": lambda p: p.sharing.dissolve(p.household, p.ola),
    "a program is published": _published,
}


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
async def test_whatever_changes_it_is_shown_at_once_with_another_tag(
    places: Places, act: Act
) -> None:
    before = await places.home()

    await act(places)

    after = await places.home()
    assert after.etag != before.etag
    assert after == await places.anew()


async def test_an_invitation_is_shown_at_once_and_ends_by_itself(places: Places) -> None:
    ola, eva = places.ola, places.eva
    places.ola = eva
    before = await places.home()
    await places.sharing.leave(places.household, places.jan)
    await places.sharing.invite(places.household, ola, eva)

    invited = await places.home()
    assert (invited.etag != before.etag, invited == await places.anew()) == (True, True)

    await places.shop.show(day(7.5))  # it stood for a week
    after = await places.home()
    assert b"invitations" not in after.body
    assert after == await places.anew()


@pytest.mark.parametrize(
    ("number", "what"),
    [
        (0.05, "the mug is kept no more"),
        (0.6, "the next local day"),
        (10, "the coupon's last day is over"),
        (30, "a reward starts; stars lapse"),
        (130, "points lapse"),
    ],
)
async def test_time_alone_changes_it(places: Places, number: float, what: str) -> None:
    """Asked an instant before and at it, as well as days before."""
    await places.home()
    await places.shop.show(day(number))

    assert await places.home() == await places.anew(), what


async def test_what_lapses_is_gone_with_the_instant_and_the_tag_tells(places: Places) -> None:
    (coupon,) = json.loads((await places.home()).body)["coupons"]
    end = dt.datetime.fromisoformat(coupon["valid_until"])
    await places.shop.show(end - dt.timedelta(minutes=1))
    before = await places.home()
    assert "coupons" in json.loads(before.body)

    await places.shop.show(end)

    after = await places.home()
    assert "coupons" not in json.loads(after.body)
    assert after.etag != before.etag


async def test_progress_falls_when_a_contribution_leaves_the_window(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """60 euros of day 0 leave the twelve months on 2 March 2027, in the middle of the day."""
    places = Places(shop, monkeypatch)
    places.ola = (await shop.enrol("1")).id
    await shop.buy("a", places.ola, goods(6_000), at=day(0))
    await shop.show(day(365) - (day(0.01) - day(0)))
    before = await places.home()
    assert b'"total":60' in before.body

    await shop.show(day(365.01))

    after = await places.home()
    assert b'"total":60' not in after.body
    assert after == await places.anew()


async def test_a_limit_of_rolling_days_is_not_kept_past_its_end(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One pen in 30 days: the next one can be had on day 30, whatever was answered that morning."""
    await shop.publish(PROGRAM.replace("{times: 1, per: year}", "{times: 1, per: 30d}"), None)
    await shop.show(day(0))
    places = Places(shop, monkeypatch)
    places.ola = await places.sharing.member("1", points=500)
    await redeem(shop, places.ola, "yearly")
    await shop.show(day(29.9))
    before = await places.home()
    assert b'"reason":"limit"' in before.body

    await shop.show(day(30.1))

    assert b'"reason":"limit"' not in (await places.home()).body


async def test_when_the_clock_goes_back_the_later_home_is_forgotten(places: Places) -> None:
    await places.shop.show(day(0.2))
    later = await places.home()
    await places.shop.show(day(0.01))

    assert (await places.home()).etag != later.etag  # the mug is kept still


async def test_only_so_many_are_kept(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(homes, "KEPT_MAX", 1)
    await places.home()
    await places.home(("en",))
    await places.home()

    assert places.made == 3


async def test_who_is_not_there_has_no_home(places: Places) -> None:
    places.ola = new_id()

    with pytest.raises(MemberNotFound):
        await places.home()
