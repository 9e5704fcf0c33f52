"""Holds of nobody known, whose purchase says who he is: he signed up, or in, before he paid."""

import asyncio
from typing import Any

import pytest

from service.domain.holds.errors import HoldClosed, HoldTimedOut
from service.domain.purchases.errors import CouponsRefused, GiftCardsRefused
from service.domain.purchases.types import HoldState, HoldView, Mode
from tests.flows import races
from tests.flows.counter import buy, hold, nothing_written, quote, release, report, rich, unique
from tests.flows.gift_card_shop import balance, issue
from tests.flows.shop import Shop, another, goods
from tests.flows.steps.checkout.test_paying_by_card import by

LINES = (goods(3_000), goods(2_000, category="lamp"))  # 4.00 off the lamp


class Guest:
    """A hold of a code worth 7.00, of 10.00 of a gift card, and of 4.00 of the lamps' budget."""

    def __init__(self, code: str, gift: str, kept: HoldView) -> None:
        self.gift = gift
        self.kept = kept
        self.paying: dict[str, Any] = {"coupons": (code,), "gift_cards": (by(gift, 1_000),)}

    @classmethod
    async def come(cls, shop: Shop, number: str | None = None, hold_for: int = 900) -> "Guest":
        """With a card that nobody has claimed, or without."""
        (code,), gift = await unique(shop), (await issue(shop, 1_000)).code
        paying = {"coupons": (code,), "gift_cards": (by(gift, 1_000),), "hold_for": hold_for}
        return cls(code, gift, await hold(shop, "c1", number, *LINES, **paying))

    async def buy(self, shop: Shop, key: str, who: Any, **fields: Any) -> Any:
        """The purchase that names the hold."""
        return await buy(shop, key, who, *LINES, hold_id=self.kept.id, **self.paying, **fields)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("number", ["77", None])
async def test_what_was_kept_for_a_guest_pays_for_who_he_is_now(
    checkout: Shop, number: str | None, mode: Mode
) -> None:
    """He earns on 50.00 - 11.00, and nothing is taken twice, nor given beyond what there is."""
    guest = await Guest.come(checkout, number)
    ola = (await checkout.enrol("77")).id
    asked = await quote(checkout, ola, *LINES, hold_id=guest.kept.id, **guest.paying)

    done = await guest.buy(checkout, "p1", ola, mode=mode)

    assert (done.member_id, done.discount, done.due) == (ola, 1_100, 2_900)
    assert (asked.discount, asked.due, done.overrun) == (1_100, 2_900, False)
    assert await balance(checkout, guest.gift) == (0, 0)
    assert await checkout.balance(ola) == (39, 0, 0)
    assert await checkout.left("lamps") == 4_600
    assert (await checkout.reads.hold(guest.kept.id)).state is HoldState.RELEASED
    with pytest.raises(HoldClosed):
        await guest.buy(checkout, "p2", ola)


async def test_refused_it_leaves_the_hold_as_it_was(checkout: Shop) -> None:
    guest = await Guest.come(checkout)
    ola = await rich(checkout, "1", 0)

    async with nothing_written(checkout):
        with pytest.raises(GiftCardsRefused, match="not_enough"):
            await buy(
                checkout, "p1", ola, *LINES, hold_id=guest.kept.id,
                gift_cards=(by(guest.gift, 1_001),),
            )  # fmt: skip

    assert await balance(checkout, guest.gift) == (0, 1_000)
    await guest.buy(checkout, "p1", None)
    assert await balance(checkout, guest.gift) == (0, 0)


async def test_one_that_is_over_is_refused_before_payment_only(checkout: Shop) -> None:
    """Afterwards it takes what is there, which is all of it."""
    guest = await Guest.come(checkout, hold_for=60)
    ola = await rich(checkout, "1", 0)
    await checkout.show(guest.kept.due_at)

    with pytest.raises(HoldTimedOut):
        await guest.buy(checkout, "p1", ola)
    done = await guest.buy(checkout, "p1", ola, mode=Mode.RECORD)

    assert (done.discount, done.due, done.overrun) == (1_100, 2_900, False)
    assert await balance(checkout, guest.gift) == (0, 0)


async def test_without_naming_it_nothing_is_to_be_had(checkout: Shop) -> None:
    guest = await Guest.come(checkout)
    ola = await rich(checkout, "1", 0)

    with pytest.raises((CouponsRefused, GiftCardsRefused)):
        await buy(checkout, "p1", ola, *LINES, **guest.paying)
    beyond = await report(checkout, "p1", ola, *LINES, **guest.paying)

    assert (beyond.discount, beyond.overrun) == (1_100, True)
    await release(checkout, guest.kept.id)
    assert await balance(checkout, guest.gift) == (1_000, 0)


async def test_two_who_name_it_at_once_and_who_lets_it_go(checkout: Shop) -> None:
    guest = await Guest.come(checkout)
    people = [await rich(checkout, str(n), 0) for n in range(2)]
    other = Shop(checkout.db, another(checkout.db))
    await other.built.start()
    shops = (checkout, other)
    asked: list[Any] = [
        lambda n=n, ola=ola: guest.buy(shops[n], f"p{n}", ola) for n, ola in enumerate(people)
    ]
    asked.append(races.releasing(checkout, guest.kept.id))

    came = await asyncio.wait_for(races.at_once(asked), 30)

    assert sorted(came[:2]) in (["HoldClosed", "HoldClosed"], ["HoldClosed", "done"])
    is_paid = "done" in came[:2]
    assert came[2] == ("replayed" if is_paid else "done")
    assert await balance(checkout, guest.gift) == ((0, 0) if is_paid else (1_000, 0))
    await other.built.gate.drain()
