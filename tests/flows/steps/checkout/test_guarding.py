"""Wrong codes at the counter: counted against whoever presents them, whatever is asked."""

import asyncio
import uuid
from typing import Any

import pytest

from service.domain.coupons.errors import TooManyCodes
from service.domain.coupons.guesses import of_client
from service.domain.purchases.errors import CouponsRefused
from service.kernel.values import Client
from tests.flows.counter import buy, hold, nothing_written, quote, report, rich, unique
from tests.flows.shop import TILL, Shop, another, goods
from tests.flows.steps.checkout.test_paying_by_card import by

WRONG = tuple(f"7K4V-9QM2-X0H{n}" for n in range(10))
OTHERS = tuple(f"7K4V-9QM2-X1H{n}" for n in range(10))
KIOSK = Client(device="kiosk-1")


async def failures(shop: Shop) -> int:
    """Counted so far against members, devices and addresses: what locks somebody."""
    return await counted(shop, "subject <> $1")


async def counted(shop: Shop, whose: str) -> int:
    """Of the subjects that are, or are not, the till's partner: that one is never locked."""
    of_till = of_client(shop.built.ctx.secret, TILL.client_id).digest
    text = f"select coalesce(sum(failures), 0) from code_guess where {whose}"
    async with shop.db.reading() as tx:
        return int(await tx.connection.fetchval(text, of_till))


async def lock(shop: Shop, member: uuid.UUID) -> None:
    """Ten wrong codes in one quote."""
    await quote(shop, member, goods(3_000), coupons=WRONG)


async def test_each_wrong_code_of_a_quote_counts(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)

    async with nothing_written(checkout, "code_guess"):
        await quote(checkout, ola, goods(3_000), coupons=WRONG[:3])
        assert await failures(checkout) == 3
        await quote(checkout, ola, goods(3_000), coupons=("TENTH10", "ALL-OVER", WRONG[3]))
        assert await failures(checkout) == 4


async def test_so_do_those_that_refuse_a_hold_or_a_purchase(checkout: Shop) -> None:
    """Although all else of them is rolled back."""
    ola = await rich(checkout, "1", 0)
    lamp = goods(20_000, category="lamp")

    async with nothing_written(checkout, "code_guess"):
        for n in range(3):
            with pytest.raises(CouponsRefused):
                await buy(checkout, "p1", ola, lamp, coupons=(WRONG[n],))
            with pytest.raises(CouponsRefused):
                await hold(checkout, "c1", ola, lamp, coupons=(OTHERS[n],))

    assert await failures(checkout) == 6


async def test_a_wrong_code_counts_once_however_often_its_cart_is_asked_for(
    checkout: Shop,
) -> None:
    """In any spelling, and at once: a till asks again at each article."""
    ola = await rich(checkout, "1", 0)
    (code,) = await unique(checkout)
    spelled = (WRONG[0], WRONG[0].lower(), WRONG[0].replace("-", " "))

    for n in range(20):
        await quote(checkout, ola, goods(3_000 + n), coupons=(spelled[n % 3],))
    await asyncio.gather(
        *(quote(checkout, ola, goods(9_000 + n), coupons=(WRONG[0],)) for n in range(20))
    )
    for _ in range(3):
        with pytest.raises(CouponsRefused):
            await buy(checkout, "p1", ola, goods(3_000), coupons=(WRONG[0],))

    assert await failures(checkout) == 1
    assert (await quote(checkout, ola, goods(3_000), coupons=(code,))).discount == 700


async def test_the_same_code_of_another_member_is_another_guess_of_the_device(
    checkout: Shop,
) -> None:
    """Or whose a code is that was found could be tried as long as one likes."""
    members = [await rich(checkout, f"{n}", 0) for n in range(21)]
    for member in members[:20]:
        await quote(checkout, member, goods(3_000), coupons=WRONG[:1], client=KIOSK)

    with pytest.raises(TooManyCodes):
        await quote(checkout, members[20], goods(3_000), coupons=WRONG[:1], client=KIOSK)


async def test_a_code_is_another_guess_as_a_gift_card_and_with_another_pin(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    cards = [by(WRONG[0], 100, pin) for pin in (None, "4711", "4712", "4711")]
    for card in cards:
        await quote(checkout, ola, goods(3_000), coupons=WRONG[:1], gift_cards=(card,))

    assert await failures(checkout) == 4


@pytest.mark.parametrize("verb", ["quote", "hold", "buy"])
async def test_after_ten_the_member_is_refused_codes(checkout: Shop, verb: str) -> None:
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    (code,) = await unique(checkout)
    await lock(checkout, ola)

    async def ask(member: uuid.UUID, *coupons: str) -> Any:
        if verb == "quote":
            return await quote(checkout, member, goods(3_000), coupons=coupons)
        if verb == "hold":
            return await hold(checkout, "c1", member, goods(3_000), coupons=coupons)
        return await buy(checkout, f"p-{member}", member, goods(3_000), coupons=coupons)

    async with nothing_written(checkout):
        for presented in (code, "7K4V-9QM2-X0HE"):  # right or wrong, nothing is told
            with pytest.raises(TooManyCodes) as refused:
                await ask(ola, presented)
            assert 0 < refused.value.retry_after_seconds <= 20 * 60

    assert (await ask(ola, "TENTH10")).discount == 300  # a shared code is nobody's guess
    assert (await ask(jan, code)).discount == 700  # others are not locked


async def test_a_device_is_locked_for_everybody_who_uses_it(checkout: Shop) -> None:
    """Twenty of nobody's, at a kiosk; a member's own ten are not reached there."""
    jan = await rich(checkout, "2", 0)
    (code,) = await unique(checkout)
    for wrong in (WRONG, OTHERS):
        await quote(checkout, None, goods(3_000), coupons=wrong, client=KIOSK)

    with pytest.raises(TooManyCodes):
        await quote(checkout, jan, goods(3_000), coupons=(code,), client=KIOSK)
    assert (await quote(checkout, jan, goods(3_000), coupons=(code,))).discount == 700


async def test_another_process_refuses_too(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    await lock(checkout, ola)
    other = Shop(checkout.db, another(checkout.db))
    await other.built.start()

    with pytest.raises(TooManyCodes):
        await quote(other, ola, goods(3_000), coupons=WRONG[:1])


async def test_what_has_happened_is_recorded_whoever_is_locked(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    (code,) = await unique(checkout)
    await lock(checkout, ola)

    receipt = await report(checkout, "p1", ola, goods(3_000), coupons=(code, WRONG[0]))

    assert (receipt.discount, receipt.not_applied[0].reason) == (700, "unknown")


async def test_a_shop_that_names_nobody_is_not_locked(checkout: Shop) -> None:
    """A partner's key is no subject: there is nobody to lock."""
    (code,) = await unique(checkout)
    for _ in range(5):
        await quote(checkout, None, goods(3_000), coupons=WRONG)

    assert await failures(checkout) == 0
    assert await counted(checkout, "subject = $1") == len(WRONG)  # noticed: flows/steps/alarming.py
    assert (await quote(checkout, None, goods(3_000), coupons=(code,))).discount == 700


async def test_what_a_till_reports_is_no_guess(checkout: Shop) -> None:
    """It has been paid: nothing can be won by it."""
    ola = await rich(checkout, "1", 0)

    receipt = await report(checkout, "p1", ola, goods(3_000), coupons=WRONG[:2])

    assert [one.reason for one in receipt.not_applied] == ["unknown", "unknown"]
    assert await failures(checkout) == 0
