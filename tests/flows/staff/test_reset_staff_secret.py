"""Whoever administers accounts gives one other secrets."""

import pytest

from service.domain.staff.errors import (
    SecretTooSimple,
    SignInRefused,
    StaffAccountNotFound,
    StaffTokenNotAccepted,
)
from service.domain.staff.types import ActKind
from service.kernel.ids import new_id
from tests.flows.shop import Shop
from tests.flows.staff_shop import PASSWORD, PIN, acts, device, hire, reset


async def test_all_secrets_from_before_are_gone(shop: Shop) -> None:
    till = await device(shop)
    account = await hire(shop, pin=PIN, password=PASSWORD)
    token = (await till.sign_in()).token

    given = await reset(shop, account.id)

    assert given.pin is not None
    assert given.secrets == ("pin",)
    with pytest.raises(StaffTokenNotAccepted):
        await till.asks(token)
    for old in ({"pin": PIN}, {"password": PASSWORD}):
        with pytest.raises(SignInRefused):
            await till.sign_in(**old)
    assert (await till.sign_in(pin=given.pin)).login == "waw-117"
    secrets = {"secrets": [["pin", "password"], ["pin"]]}
    assert (await acts(shop, account.id))[1:] == [(ActKind.SECRET_RESET, "office", secrets)]


async def test_a_secret_that_is_given_is_not_told_back(shop: Shop) -> None:
    till = await device(shop)
    account = await hire(shop)

    given = await reset(shop, account.id, password=PASSWORD)

    assert (given.pin, given.secrets) == (None, ("password",))
    assert (await till.sign_in(password=PASSWORD)).login == "waw-117"


async def test_a_simple_secret_and_an_account_that_is_not_there_are_refused(shop: Shop) -> None:
    account = await hire(shop)

    with pytest.raises(SecretTooSimple):
        await reset(shop, account.id, pin="123456")
    with pytest.raises(StaffAccountNotFound):
        await reset(shop, new_id())
