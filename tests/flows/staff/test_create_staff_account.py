"""Accounts are made once; their logins name one for ever."""

import asyncio

import pytest

from service.domain.members.errors import MemberNotFound
from service.domain.staff.errors import LoginTaken, MemberHasAccount, SecretTooSimple
from service.domain.staff.types import ActKind
from service.kernel.ids import new_id
from tests.flows.shop import Shop
from tests.flows.staff_shop import PASSWORD, PIN, acts, device, hire


async def test_an_account_is_as_it_was_asked_for(shop: Shop) -> None:
    member = (await shop.enrol("4012001")).id

    made = await hire(shop, role="supervisor", stores=("waw-02", "waw-01"), member=member)

    assert (made.login, made.role, made.stores, made.member_id) == (
        *("waw-117", "supervisor", ("waw-01", "waw-02"), member),
    )
    assert (made.state, made.secrets, made.pin) == ("active", ("pin",), None)
    told = {
        "role": [None, "supervisor"],
        "stores": [None, ["waw-01", "waw-02"]],
        "member_id": [None, str(member)],
        "secrets": [[], ["pin"]],
    }
    assert await acts(shop, made.id) == [(ActKind.CREATED, "office", told)]


async def test_without_a_secret_a_pin_is_made_and_told_once(shop: Shop) -> None:
    till = await device(shop)

    made = await hire(shop, pin=None)

    assert made.pin is not None
    assert (len(made.pin), made.pin.isdigit(), made.secrets) == (8, True, ("pin",))
    assert (await till.sign_in(pin=made.pin)).login == "waw-117"
    assert (await shop.reads.staff_account(made.id)).secrets == ("pin",)


async def test_no_secret_is_stored_and_the_same_pin_never_looks_the_same(shop: Shop) -> None:
    await hire(shop, pin=PIN, password=PASSWORD)
    await hire(shop, "waw-118", pin=PIN, password=PASSWORD)

    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch("select pin_hash, password_hash from staff_account")
        acts_ = await tx.connection.fetch("select t::text as row from staff_act t")

    hashes = [one for row in rows for one in row]
    assert len({*hashes}) == 4
    assert all(one.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for one in hashes)
    assert not any(PIN in row["row"] or PASSWORD in row["row"] for row in acts_)


async def test_a_login_is_taken_for_ever(shop: Shop) -> None:
    await hire(shop)

    with pytest.raises(LoginTaken) as refused:
        await hire(shop, role="agent")

    assert refused.value.login == "waw-117"


async def test_a_member_has_one_account(shop: Shop) -> None:
    """Or somebody would be their own second person."""
    member = (await shop.enrol("4012001")).id
    await hire(shop, member=member)

    with pytest.raises(MemberHasAccount):
        await hire(shop, "waw-118", member=member)


async def test_a_member_must_be_one(shop: Shop) -> None:
    await shop.buy("r-1", "4012009")  # of nobody known: a holder, and no member
    async with shop.db.reading() as tx:
        holder = await tx.connection.fetchval("select holder_id from holder")

    for nobody in (new_id(), holder):
        with pytest.raises(MemberNotFound):
            await hire(shop, member=nobody)
    assert await shop.count("staff_account") == 0


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"pin": "000000"}, "/pin"),
        ({"pin": "987654"}, "/pin"),
        ({"password": "aaaaaaaaaaaab"}, "/password"),
        ({"password": "WAW-117-secret"}, "/password"),
    ],
)
async def test_what_is_tried_first_is_no_secret(
    shop: Shop, given: dict[str, str], pointer: str
) -> None:
    with pytest.raises(SecretTooSimple) as refused:
        await hire(shop, **given)

    assert refused.value.pointer == pointer


async def test_of_many_at_once_one_is_made(shop: Shop) -> None:
    made = await asyncio.gather(*(hire(shop) for _ in range(5)), return_exceptions=True)

    assert sum(isinstance(one, LoginTaken) for one in made) == 4
    assert (await shop.count("staff_account"), await shop.count("staff_act")) == (1, 1)
    async with shop.db.reading() as tx:
        acts = await tx.connection.fetch(
            "select a.act from audit_act a join staff_act s on s.act_id = a.act_id"
            " where a.about_id = s.account_id::text"
        )
    assert [one["act"] for one in acts] == ["staff.created"]
    assert await shop.count("audit_act where about_kind = 'staff-account'") == 1
