"""Who knows a secret of their account chooses another one."""

import asyncio

import pytest

from service.domain.staff.errors import (
    NewSecretNeeded,
    SecretTooSimple,
    SignInRefused,
    StaffSuspended,
    StaffTokenNotAccepted,
    TooManySignIns,
)
from service.domain.staff.types import AccountState, ActKind
from tests.flows.shop import Shop
from tests.flows.staff_shop import (
    OTHER_PIN,
    PASSWORD,
    PIN,
    acts,
    change,
    device,
    hire,
)


async def test_the_new_pin_is_right_from_now_on_and_the_old_one_is_not(shop: Shop) -> None:
    till = await device(shop)
    account = await hire(shop)

    await till.change(pin=PIN, new_pin=OTHER_PIN)

    assert (await till.sign_in(pin=OTHER_PIN)).account_id == account.id
    with pytest.raises(SignInRefused):
        await till.sign_in(pin=PIN)
    secrets = {"secrets": [["pin"], ["pin"]]}
    assert (await acts(shop, account.id))[1:] == [(ActKind.SECRET_CHANGED, "waw-117", secrets)]


async def test_what_is_not_named_stays(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)

    shown = await till.change(pin=PIN, new_password=PASSWORD)

    assert shown.secrets == ("pin", "password")
    await till.sign_in(pin=PIN)
    await till.sign_in(password=PASSWORD)


async def test_the_person_is_signed_out_everywhere(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)
    tokens = [(await till.sign_in(device=one)).token for one in ("till-3", "till-4")]

    await till.change(pin=PIN, new_pin=OTHER_PIN)

    for token in tokens:
        with pytest.raises(StaffTokenNotAccepted):
            await till.asks(token)


async def test_a_wrong_secret_changes_nothing_and_counts_as_a_failed_sign_in(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)

    for _ in range(5):
        with pytest.raises(SignInRefused):
            await till.change(pin=OTHER_PIN, new_pin=OTHER_PIN)

    with pytest.raises(TooManySignIns):
        await till.sign_in(pin=PIN)


@pytest.mark.parametrize(
    "given",
    [
        {"new_pin": "111111"},
        {"new_pin": "234567"},
        {"new_password": "waw-117 is my login"},
    ],
)
async def test_what_is_tried_first_is_no_secret(shop: Shop, given: dict[str, str]) -> None:
    till = await device(shop)
    await hire(shop)

    with pytest.raises(SecretTooSimple) as refused:
        await till.change(pin=PIN, **given)

    assert refused.value.pointer == f"/{next(iter(given))}"


async def test_without_a_new_secret_there_is_nothing_to_change(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)

    with pytest.raises(NewSecretNeeded):
        await till.change(pin=PIN)


async def test_a_suspended_account_keeps_its_secret(shop: Shop) -> None:
    till = await device(shop)
    account = await hire(shop)
    await change(shop, account.id, state=AccountState.SUSPENDED)

    with pytest.raises(StaffSuspended):
        await till.change(pin=PIN, new_pin=OTHER_PIN)

    await change(shop, account.id, state=AccountState.ACTIVE)
    await till.sign_in(pin=PIN)


async def test_of_two_at_once_one_wins(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)
    wanted = ("905174", "551903")

    tries = [till.change(pin=PIN, new_pin=one) for one in wanted]
    done = await asyncio.gather(*tries, return_exceptions=True)

    assert [isinstance(one, SignInRefused) for one in done].count(True) == 1
    won = wanted[[isinstance(one, SignInRefused) for one in done].index(False)]
    assert (await till.sign_in(pin=won)).login == "waw-117"
