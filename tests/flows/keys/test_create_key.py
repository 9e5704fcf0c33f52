"""Keys are shown once, kept as hashes, and two of a client live at once."""

import asyncio
import datetime as dt

import pytest

from service.domain.access import codes, store
from service.domain.access.errors import ClientNameInvalid, NetworkInvalid, TooManyKeys, UnknownRole
from service.domain.access.roles import ROLES
from service.domain.access.types import KeyRow
from service.flows.keys.create_key import LIVE_KEYS_MAX, create_key
from service.flows.keys.revoke_key import revoke_key
from service.infra.db import Database
from service.kernel.actor import ActorKind


async def stored(db: Database, key: str) -> KeyRow:
    """The row of a key."""
    code = codes.read(key)
    assert code is not None
    async with db.reading() as tx:
        row = await store.find_key(tx, code.kid)
    assert row is not None
    return row


async def test_a_new_key_has_the_scopes_of_its_role_and_lives_a_year(db: Database) -> None:
    key = await create_key(db, "app", "phone app")

    row = await stored(db, key)
    assert row.name == "phone app"
    assert row.scopes == set(ROLES["app"])
    assert "purchases:write" not in row.scopes
    days = (row.expires_at - row.read_at) / dt.timedelta(days=1)
    assert 364.99 < days < 365
    assert row.is_live()


async def test_a_key_is_bound_to_the_store_it_was_made_for(db: Database) -> None:
    key = await create_key(db, "pos", "till 3", store="waw-01")

    assert (await stored(db, key)).store == "waw-01"


async def test_only_the_hash_of_a_secret_is_stored(db: Database) -> None:
    key = await create_key(db, "admin", "operator")
    secret = key.split("_")[3][:43]

    async with db.reading() as tx:
        rows = await tx.connection.fetch("select t::text as row from api_key t")

    assert len(rows) == 1
    assert secret not in rows[0]["row"]


async def test_a_rotated_key_belongs_to_the_same_client(db: Database) -> None:
    first = await create_key(db, "checkout", "shop")
    second = await create_key(db, "checkout", "shop")

    assert (await stored(db, first)).client_id == (await stored(db, second)).client_id


async def test_one_name_in_two_roles_is_two_clients(db: Database) -> None:
    app = await create_key(db, "app", "shop")
    checkout = await create_key(db, "checkout", "shop")

    assert (await stored(db, app)).client_id != (await stored(db, checkout)).client_id


async def test_a_third_live_key_is_refused_until_one_is_revoked(db: Database) -> None:
    first = await create_key(db, "app", "shop")
    await create_key(db, "app", "shop")
    with pytest.raises(TooManyKeys):
        await create_key(db, "app", "shop")

    await revoke_key(db, first.split("_")[2])

    assert codes.read(await create_key(db, "app", "shop")) is not None


@pytest.mark.parametrize("before", [0, 1])
async def test_of_many_at_once_only_two_succeed(db: Database, before: int) -> None:
    for _ in range(before):
        await create_key(db, "app", "shop")

    tries = [create_key(db, "app", "shop") for _ in range(8)]
    done = await asyncio.gather(*tries, return_exceptions=True)

    assert sum(isinstance(one, str) for one in done) == 2 - before
    assert sum(isinstance(one, TooManyKeys) for one in done) == 8 - (2 - before)


@pytest.mark.parametrize("name", ["", "x" * 65, "line\nbreak", "nul\x00"])
async def test_a_name_that_is_none_is_refused_and_nothing_is_written(
    db: Database, name: str
) -> None:
    with pytest.raises(ClientNameInvalid):
        await create_key(db, "app", name)

    async with db.reading() as tx:
        assert await tx.connection.fetchval("select count(*) from api_client") == 0


async def test_an_unknown_role_is_refused(db: Database) -> None:
    with pytest.raises(UnknownRole):
        await create_key(db, "owner", "shop")


async def test_a_key_keeps_the_networks_it_is_good_from(db: Database) -> None:
    key = await create_key(db, "pos", "till", networks=["10.0.0.0/8", " 2001:DB8::/32"])

    assert (await stored(db, key)).networks == ("10.0.0.0/8", "2001:db8::/32")
    assert (await stored(db, await create_key(db, "pos", "other"))).networks == ()


@pytest.mark.parametrize("network", ["10.0.0.1/8", "ten", "", "10.0.0.0/33", "::/129"])
async def test_what_is_no_network_makes_no_key(db: Database, network: str) -> None:
    with pytest.raises(NetworkInvalid):
        await create_key(db, "pos", "till", networks=["10.0.0.0/8", network])
    async with db.reading() as tx:
        assert await tx.connection.fetch("select 1 from api_key") == []


async def test_a_key_is_an_act_that_tells_no_secret(db: Database) -> None:
    key = await create_key(db, "pos", "till", store="waw-01", networks=("192.0.2.0/24",))
    kid, secret = key.split("_")[2:4]

    async with db.reading() as tx:
        (row,) = await tx.connection.fetch("select a.*, a::text as text from audit_act a")
    assert (row["act"], row["about_kind"], row["about_id"]) == ("key.created", "key", kid)
    assert (row["actor_kind"], row["actor_id"]) == (int(ActorKind.COMMAND), "regulars")
    assert secret not in row["text"]


async def test_a_key_too_many_is_no_act(db: Database) -> None:
    for _ in range(LIVE_KEYS_MAX):
        await create_key(db, "app", "shop")
    with pytest.raises(TooManyKeys):
        await create_key(db, "app", "shop")
    async with db.reading() as tx:
        acts = await tx.connection.fetchval("select count(*) from audit_act")
    assert acts == LIVE_KEYS_MAX
