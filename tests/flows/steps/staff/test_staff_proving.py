"""Who signs in is judged a few times only, whoever they say they are.

Tests of service/flows/steps/staff/staff_proving.py, through the verbs that ask it.
"""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from service.domain.staff import secret
from service.domain.staff.errors import SignInRefused, TooManySignIns
from service.domain.staff.types import Account
from service.flows.steps import hashing
from tests.flows.coupons.test_check_coupon import queries
from tests.flows.shop import Shop, another
from tests.flows.staff_shop import OTHER_PIN, PIN, Device, device, hire, reset


async def failures(till: Device, times: int, login: str = "waw-117") -> None:
    """So many wrong PINs, each refused."""
    for _ in range(times):
        with pytest.raises(SignInRefused):
            await till.sign_in(login, pin=OTHER_PIN)


async def test_five_wrong_pins_lock_the_login_also_for_the_right_one(shop: Shop) -> None:
    till, other = await device(shop), await device(shop, name="another till")
    await hire(shop)
    await failures(till, 5)

    for one in (till, other):
        with pytest.raises(TooManySignIns) as refused:
            await one.sign_in()
        assert 0 < refused.value.retry_after_seconds <= 20 * 60


async def test_a_login_that_does_not_exist_is_locked_alike(shop: Shop) -> None:
    till = await device(shop)
    await failures(till, 5, "nobody")

    with pytest.raises(TooManySignIns):
        await till.sign_in("nobody")


@pytest.mark.parametrize("wrong", [1, 3])
async def test_an_unknown_login_asks_the_database_and_computes_as_much(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, wrong: int
) -> None:
    """Or who measures could tell a login that exists."""
    till = await device(shop)
    await hire(shop)
    judged: list[Account | None] = []
    whole = secret.is_right

    def is_right(key: bytes, account: Account | None, *given: str | None) -> bool:
        judged.append(account)
        return whole(key, account, *given)

    await failures(till, 1, "first")  # the driver asks for types once
    monkeypatch.setattr(secret, "is_right", is_right)
    counts = []
    for login in ("waw-117", "nobody"):
        async with queries(shop) as seen:
            await failures(till, wrong, login)
        counts.append(len(seen))

    assert counts[0] == counts[1]
    assert [one is None for one in judged] == [False] * wrong + [True] * wrong


async def test_the_lock_ends_and_the_next_one_is_twice_as_long(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)
    lengths = []
    for _ in range(3):
        await failures(till, 5)
        with pytest.raises(TooManySignIns) as refused:
            await till.sign_in()
        lengths.append(refused.value.retry_after_seconds)
        assert shop.shown is not None
        await shop.show(shop.shown + dt.timedelta(seconds=lengths[-1] + 600))
    assert lengths[0] <= 20 * 60 < lengths[1] <= 40 * 60 < lengths[2] <= 80 * 60


async def test_a_right_pin_is_no_failure(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)

    for _ in range(7):
        await till.sign_in()

    await failures(till, 4)
    assert (await till.sign_in()).login == "waw-117"


async def test_of_many_guesses_at_once_five_are_judged_in_all_processes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    tills = [await device(shop), await device(shop)]
    tills[1].shop = Shop(shop.db, another(shop.db))
    await hire(shop)
    judged: list[str | None] = []
    whole = secret.is_right

    def is_right(
        key: bytes, account: Account | None, pin: str | None, password: str | None
    ) -> bool:
        judged.append(pin)
        return whole(key, account, pin, password)

    monkeypatch.setattr(secret, "is_right", is_right)
    guesses = [tills[n % 2].sign_in(pin=f"9{n:05}", device=f"till-{n}") for n in range(30)]
    told = await asyncio.gather(*guesses, return_exceptions=True)

    assert len(judged) == 5
    assert sum(isinstance(one, SignInRefused) for one in told) == 5
    assert sum(isinstance(one, TooManySignIns) for one in told) == 25


async def test_twenty_failures_at_a_device_stop_it_for_every_login(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)
    for n in range(20):
        await failures(till, 1, f"guess-{n}")

    with pytest.raises(TooManySignIns):
        await till.sign_in()

    assert (await till.sign_in(device="till-4")).device == "till-4"


async def test_a_right_guess_among_too_many_at_a_device_is_told_nobody(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is judged while the device is being locked, so it is asked again afterwards."""
    till = await device(shop)
    await hire(shop)
    for n in range(19):
        await failures(till, 1, f"guess-{n}")
    whole = hashing.apart
    last = asyncio.Event()

    async def apart(judge: Callable[..., Any], *given: Any) -> Any:
        if given[-2] == PIN:
            await last.wait()
        return await whole(judge, *given)

    monkeypatch.setattr(hashing, "apart", apart)
    right = asyncio.create_task(till.sign_in())
    await asyncio.sleep(0.05)
    await failures(till, 1, "guess-19")
    last.set()

    with pytest.raises(TooManySignIns):
        await right
    assert await shop.count("staff_token") == 0


async def test_a_reset_unlocks_the_login(shop: Shop) -> None:
    till = await device(shop)
    account = await hire(shop)
    await failures(till, 5)

    await reset(shop, account.id, pin=OTHER_PIN)

    assert (await till.sign_in(pin=OTHER_PIN)).login == "waw-117"


async def test_a_secret_that_is_changed_while_it_is_judged_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = await device(shop)
    account = await hire(shop)
    whole = hashing.apart

    async def late(judge: Callable[..., Any], *given: Any) -> Any:
        judged = await whole(judge, *given)
        monkeypatch.setattr(hashing, "apart", whole)
        await reset(shop, account.id, pin=OTHER_PIN)
        return judged

    monkeypatch.setattr(hashing, "apart", late)

    with pytest.raises(SignInRefused):
        await till.sign_in()
    assert await shop.count("staff_token") == 0
