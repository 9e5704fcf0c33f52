"""Clients and keys in the database."""

import datetime as dt
import uuid

from service.domain.access import store
from service.domain.access.types import NewKey
from service.infra.db import Database, Tx

CLIENT = uuid.UUID("11111111-1111-4111-8111-111111111111")


def new_key(kid: str, at: dt.datetime, days: int = 365) -> NewKey:
    """A key of the client above."""
    return NewKey(
        kid=kid,
        client_id=CLIENT,
        secret_sha256=bytes(32),
        scopes=("members:read", "purchases:read"),
        store="waw-01",
        created_at=at,
        expires_at=at + dt.timedelta(days=days),
    )


async def write(tx: Tx, *kids: str, days: int = 365) -> dt.datetime:
    """The client with these keys; answers the clock."""
    now = await store.clock(tx)
    await store.insert_client(tx, CLIENT, "web shop", "app", now)
    for kid in kids:
        await store.insert_key(tx, new_key(kid, now, days))
    return now


async def test_a_key_comes_back_with_its_client_and_the_clock(db: Database) -> None:
    async with db.transaction() as tx:
        now = await write(tx, "k1")
        found = await store.find_key(tx, "k1")

    assert found is not None
    assert (found.name, found.client_id, found.store) == ("web shop", CLIENT, "waw-01")
    assert found.scopes == {"members:read", "purchases:read"}
    assert found.read_at >= now
    assert found.is_live()


async def test_an_unknown_key_is_none(db: Database) -> None:
    async with db.reading() as tx:
        assert await store.find_key(tx, "nobody") is None


async def test_an_expired_key_is_not_live(db: Database) -> None:
    async with db.transaction() as tx:
        await write(tx, "old", days=0)
        found = await store.find_key(tx, "old")

    assert found is not None
    assert not found.is_live()


async def test_a_key_is_revoked_once_and_then_not_live(db: Database) -> None:
    async with db.transaction() as tx:
        now = await write(tx, "k1")

        assert await store.revoke_key(tx, "k1", now)
        assert not await store.revoke_key(tx, "k1", now)
        found = await store.find_key(tx, "k1")

    assert found is not None
    assert not found.is_live()


async def test_revoked_and_expired_keys_do_not_count_as_live(db: Database) -> None:
    async with db.transaction() as tx:
        await write(tx, "expired", days=0)
        now = await write(tx, "live", "revoked")
        await store.revoke_key(tx, "revoked", now)

        assert await store.live_keys(tx, CLIENT, now) == 1


async def test_a_client_that_is_there_already_is_left_as_it_is(db: Database) -> None:
    async with db.transaction() as tx:
        now = await write(tx, "k1")
        await store.insert_client(tx, CLIENT, "another name", "admin", now)
        found = await store.find_key(tx, "k1")

    assert found is not None
    assert found.name == "web shop"


async def test_a_use_is_noted_once_an_hour(db: Database) -> None:
    async with db.transaction() as tx:
        now = await write(tx, "k1")
        hour = dt.timedelta(hours=1)
        await store.mark_used(tx, "k1", now, now - hour)
        await store.mark_used(tx, "k1", now + hour / 2, now - hour / 2)
        found = await store.find_key(tx, "k1")
        assert found is not None
        assert found.last_used_at == now

        await store.mark_used(tx, "k1", now + 2 * hour, now + hour)
        found = await store.find_key(tx, "k1")

    assert found is not None
    assert found.last_used_at == now + 2 * hour
