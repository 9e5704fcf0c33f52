"""Who signs in gets a token for this device, at a store they may be at."""

import asyncio
import datetime as dt
import uuid
from typing import Any

import pytest

from service.domain.access.errors import StoreForbidden
from service.domain.access.roles import ROLES, STAFF_ROLES
from service.domain.purchases.errors import UnknownStore
from service.domain.staff.errors import (
    SignInRefused,
    StaffSecretNeeded,
    StaffStoreForbidden,
    StaffStoreNeeded,
    StaffSuspended,
    StaffTokenNotAccepted,
)
from service.domain.staff.types import AccountState
from service.kernel.actor import Actor, ActorKind
from tests.flows.shop import Shop
from tests.flows.staff_shop import OTHER_PIN, PASSWORD, PIN, change, device, hire


async def test_who_signs_in_asks_as_themselves_at_the_device(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)

    signed = await till.sign_in()

    assert (signed.login, signed.role, signed.store, signed.device) == (
        *("waw-117", "clerk", "waw-01", "till-3"),
    )
    assert await till.asks(signed.token) == Actor(
        kind=ActorKind.STAFF,
        id="waw-117",
        client_id=till.actor.client_id,
        scopes=frozenset(ROLES["pos"]) | frozenset(STAFF_ROLES["clerk"]),
        store="waw-01",
        device="till-3",
        own_member=None,
    )
    assert set(signed.scopes) == {*ROLES["pos"], *STAFF_ROLES["clerk"]}


async def test_the_token_tells_who_the_person_is_themselves(shop: Shop) -> None:
    member = (await shop.enrol("4012001")).id
    till = await device(shop)
    await hire(shop, member=member)

    signed = await till.sign_in()

    assert (await till.asks(signed.token)).own_member == member


async def test_a_token_lives_for_eight_hours_or_as_long_as_was_asked(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)
    long = await till.sign_in()
    short = await till.sign_in(device="till-4", live_for=600)

    assert long.expires_at - short.expires_at > dt.timedelta(hours=7, minutes=49)
    await shop.show(short.expires_at)
    with pytest.raises(StaffTokenNotAccepted):
        await till.asks(short.token)
    assert (await till.asks(long.token)).id == "waw-117"
    await shop.show(long.expires_at)
    with pytest.raises(StaffTokenNotAccepted):
        await till.asks(long.token)


async def test_only_the_hash_of_a_token_is_stored(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)
    token = (await till.sign_in()).token

    async with shop.db.reading() as tx:
        (row,) = await tx.connection.fetch("select t::text as row from staff_token t")

    assert token.startswith("rgs_")
    assert token.split("_")[2][:43] not in row["row"]


async def test_a_token_is_worth_nothing_with_the_key_of_another_client(shop: Shop) -> None:
    till, other = await device(shop), await device(shop, name="another till")
    await hire(shop)
    token = (await till.sign_in()).token

    with pytest.raises(StaffTokenNotAccepted):
        await other.asks(token)


async def test_a_token_stays_good_when_the_key_is_rotated_but_not_at_another_store(
    shop: Shop,
) -> None:
    till = await device(shop)
    rotated = await device(shop)
    await hire(shop)
    token = (await till.sign_in()).token

    assert rotated.key != till.key
    assert (await rotated.asks(token)).id == "waw-117"
    async with shop.db.transaction() as tx:
        await tx.connection.execute("update api_key set store = 'krk-01'")
    with pytest.raises(StaffTokenNotAccepted):
        await rotated.asks(token)


async def test_signing_in_again_at_a_device_ends_the_token_from_before(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)
    first = await till.sign_in()
    elsewhere = await till.sign_in(device="till-4")
    second = await till.sign_in()

    with pytest.raises(StaffTokenNotAccepted):
        await till.asks(first.token)
    assert (await till.asks(second.token)).device == "till-3"
    assert (await till.asks(elsewhere.token)).device == "till-4"


async def test_two_people_are_signed_in_at_one_device(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)
    await hire(shop, "waw-118", "supervisor")

    tokens = [(await till.sign_in(login)).token for login in ("waw-117", "waw-118")]

    assert [(await till.asks(token)).id for token in tokens] == ["waw-117", "waw-118"]


@pytest.mark.parametrize("given", [{"pin": OTHER_PIN}, {"password": PASSWORD}])
async def test_a_wrong_secret_an_unknown_login_and_a_secret_one_has_not_are_refused_alike(
    shop: Shop, given: dict[str, str]
) -> None:
    till = await device(shop)
    await hire(shop)
    told = set()

    for login in ("waw-117", "nobody"):
        with pytest.raises(SignInRefused) as refused:
            await till.sign_in(login, **given)
        told.add(str(refused.value))

    assert len(told) == 1
    assert await shop.count("staff_token") == 0


async def test_one_signs_in_with_the_password_too(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop, pin=PIN, password=PASSWORD)

    assert (await till.sign_in(password=PASSWORD)).login == "waw-117"
    assert (await till.sign_in()).login == "waw-117"


@pytest.mark.parametrize("given", [{"pin": None}, {"pin": PIN, "password": PASSWORD}])
async def test_one_secret_proves_it_no_more_and_no_less(shop: Shop, given: dict[str, Any]) -> None:
    till = await device(shop)
    await hire(shop)

    with pytest.raises(StaffSecretNeeded):
        await till.sign_in(**given)


async def test_a_suspended_account_signs_in_nowhere(shop: Shop) -> None:
    till = await device(shop)
    account = await hire(shop)
    await change(shop, account.id, state=AccountState.SUSPENDED)

    with pytest.raises(StaffSuspended):
        await till.sign_in()
    with pytest.raises(SignInRefused):
        await till.sign_in(pin=OTHER_PIN)

    await change(shop, account.id, state=AccountState.ACTIVE)
    assert (await till.sign_in()).login == "waw-117"


async def test_stores_of_the_account_and_of_the_key_are_kept(shop: Shop) -> None:
    till, free = await device(shop), await device(shop, name="tablet", store=None)
    await hire(shop, "waw-117", stores=("waw-01",))
    await hire(shop, "krk-001", stores=("krk-01", "krk-02"))

    assert (await till.sign_in(store="waw-01")).store == "waw-01"
    assert (await free.sign_in("krk-001", store="krk-02")).store == "krk-02"
    with pytest.raises(StoreForbidden):
        await till.sign_in(store="krk-01")
    with pytest.raises(StaffStoreForbidden):
        await till.sign_in("krk-001")
    with pytest.raises(StaffStoreForbidden):
        await free.sign_in("krk-001", store="waw-01")
    with pytest.raises(StaffStoreNeeded):
        await free.sign_in("krk-001")


async def test_only_an_agent_of_no_stores_works_at_none(shop: Shop) -> None:
    desk = await device(shop, "desk", store=None)
    await hire(shop, "desk-04", "agent")
    await hire(shop, "desk-05", "agent", stores=("waw-01",))
    await hire(shop, "waw-118", "supervisor")

    signed = await desk.sign_in("desk-04")

    assert signed.store is None
    agent = await desk.asks(signed.token)
    assert (agent.store, agent.may("returns:write"), agent.may("approvals:decide")) == (
        *(None, True, False),
    )
    for login in ("desk-05", "waw-118"):
        with pytest.raises(StaffStoreNeeded):
            await desk.sign_in(login)


async def test_a_lead_of_no_stores_works_at_none_and_decides(shop: Shop) -> None:
    """Or nobody could approve what an agent asks for at no store."""
    desk = await device(shop, "desk", store=None)
    await hire(shop, "desk-01", "lead")
    await hire(shop, "desk-02", "lead", stores=("waw-01",))

    lead = await desk.asks((await desk.sign_in("desk-01")).token)

    assert (lead.store, lead.may("approvals:decide"), lead.may("staff:manage")) == (
        *(None, True, False),
    )
    with pytest.raises(StaffStoreNeeded):
        await desk.sign_in("desk-02")


async def test_a_store_that_is_named_is_one_of_the_program(shop: Shop) -> None:
    """Or what is asked for there is seen by no colleague."""
    free = await device(shop, name="tablet", store=None)
    await hire(shop)

    with pytest.raises(UnknownStore) as refused:
        await free.sign_in(store="waw-1")

    assert refused.value.store == "waw-1"
    assert await shop.count("staff_token") == 0


async def test_of_many_at_once_at_one_device_one_token_is_left(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)

    signed = await asyncio.gather(*(till.sign_in() for _ in range(5)))

    good = []
    for one in signed:
        try:
            good.append(await till.asks(one.token))
        except StaffTokenNotAccepted:
            continue
    assert len({one.token for one in signed}) == 5
    assert len(good) == 1


async def test_no_token_outlives_a_suspension_at_the_same_moment(shop: Shop) -> None:
    till = await device(shop)
    accounts = [await hire(shop, f"waw-20{n}") for n in range(6)]

    async def both(n: int, account_id: uuid.UUID, login: str) -> str | None:
        tried = asyncio.create_task(till.sign_in(login, login))
        await asyncio.sleep(n * 0.03)  # before, within and after the other
        await change(shop, account_id, state=AccountState.SUSPENDED)
        try:
            return (await tried).token
        except StaffSuspended:
            return None

    tokens = await asyncio.gather(*(both(n, one.id, one.login) for n, one in enumerate(accounts)))

    for token in filter(None, tokens):
        with pytest.raises(StaffTokenNotAccepted):
            await till.asks(token)
    async with shop.db.reading() as tx:
        open_ = await tx.connection.fetchval(
            "select count(*) from staff_token where ended_at is null"
        )
    assert open_ == 0
