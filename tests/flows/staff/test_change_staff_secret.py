"""Who knows a secret of their account chooses another one."""

import asyncio

import pytest

from service.domain.staff.errors import (
    NewSecretNeeded,
    SecretNotNew,
    SecretTooSimple,
    SignInRefused,
    StaffSuspended,
    StaffTokenNotAccepted,
    TooManySignIns,
)
from service.domain.staff.types import AccountState, ActKind, StaffAccountView, StaffRole
from tests.flows.shop import Shop
from tests.flows.staff_shop import (
    FIRST_PIN,
    OTHER_PIN,
    PASSWORD,
    PIN,
    acts,
    change,
    device,
    hire,
    hire_new,
    reset,
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


async def test_after_the_change_the_person_may_what_the_role_may(shop: Shop) -> None:
    till = await device(shop)
    account = await hire_new(shop, pin=FIRST_PIN)
    first = await till.sign_in(pin=FIRST_PIN)
    assert (await till.asks(first.token)).scopes == {"staff:sign-in"}

    shown = await till.change(pin=FIRST_PIN, new_pin=PIN)

    assert (account.must_change_secret, shown.must_change_secret) == (True, False)
    with pytest.raises(StaffTokenNotAccepted):
        await till.asks(first.token)
    signed = await till.sign_in()
    assert not signed.must_change_secret
    assert (await till.asks(signed.token)).may("purchases:void")


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"pin": FIRST_PIN, "new_pin": FIRST_PIN}, "/new_pin"),
        ({"password": PASSWORD, "new_pin": FIRST_PIN}, "/new_pin"),
        ({"pin": FIRST_PIN, "new_pin": PIN, "new_password": PASSWORD}, "/new_password"),
    ],
)
async def test_a_secret_that_the_office_knows_is_not_chosen(
    shop: Shop, given: dict[str, str], pointer: str
) -> None:
    till = await device(shop)
    await hire_new(shop, pin=FIRST_PIN, password=PASSWORD)

    with pytest.raises(SecretNotNew) as refused:
        await till.change(**given)

    assert refused.value.pointer == pointer
    assert (await till.sign_in(pin=FIRST_PIN)).must_change_secret


async def test_of_secrets_that_the_office_knows_none_is_left(shop: Shop) -> None:
    till = await device(shop)
    account = await hire_new(shop, pin=FIRST_PIN, password=PASSWORD)

    shown = await till.change(pin=FIRST_PIN, new_pin=PIN)

    assert shown.secrets == ("pin",)
    with pytest.raises(SignInRefused):
        await till.sign_in(password=PASSWORD)
    told = {"secrets": [["pin", "password"], ["pin"]]}
    assert (await acts(shop, account.id))[1:] == [(ActKind.SECRET_CHANGED, "waw-117", told)]


async def test_after_a_reset_it_is_changed_once_more(shop: Shop) -> None:
    till = await device(shop)
    account = await hire(shop)

    await reset(shop, account.id, pin=FIRST_PIN)

    assert (await till.sign_in(pin=FIRST_PIN)).must_change_secret
    assert (await shop.reads.staff_account(account.id)).must_change_secret
    await change(shop, account.id, role=StaffRole.SUPERVISOR)
    assert (await till.sign_in(pin=FIRST_PIN)).scopes == ("staff:sign-in",)
    await till.change(pin=FIRST_PIN, new_pin=OTHER_PIN)
    assert not (await till.sign_in(pin=OTHER_PIN)).must_change_secret


async def test_a_reset_at_the_moment_of_a_change_is_not_lost(shop: Shop) -> None:
    """Whichever is first, what the office has set is what is good, and must be changed."""
    till = await device(shop)
    account = await hire(shop)

    tries = [till.change(pin=PIN, new_pin=OTHER_PIN), reset(shop, account.id, pin=FIRST_PIN)]
    changed, _ = await asyncio.gather(*tries, return_exceptions=True)

    assert isinstance(changed, SignInRefused | StaffAccountView)
    signed = await till.sign_in(pin=FIRST_PIN)
    assert signed.must_change_secret
    with pytest.raises(SignInRefused):
        await till.sign_in(pin=OTHER_PIN)
