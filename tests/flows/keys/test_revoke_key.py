"""A revoked key is dead for good."""

import pytest

from service.domain.access import store
from service.domain.access.errors import KeyNotFound
from service.flows.keys.create_key import create_key
from service.flows.keys.revoke_key import revoke_key
from service.infra.db import Database


async def test_a_revoked_key_is_not_live_any_more(db: Database) -> None:
    kid = (await create_key(db, "app", "shop")).split("_")[2]

    await revoke_key(db, kid)

    async with db.reading() as tx:
        row = await store.find_key(tx, kid)
        acts = await tx.connection.fetch("select act, about_id from audit_act order by done_at")
    assert row is not None
    assert not row.is_live()
    assert [tuple(act) for act in acts] == [("key.created", kid), ("key.revoked", kid)]


@pytest.mark.parametrize("times", [0, 1])
async def test_what_is_no_live_key_is_not_found(db: Database, times: int) -> None:
    kid = (await create_key(db, "app", "shop")).split("_")[2]
    for _ in range(times):
        await revoke_key(db, kid)

    with pytest.raises(KeyNotFound):
        await revoke_key(db, kid if times else "0123456789")
    async with db.reading() as tx:
        query = "select count(*) from audit_act where act = 'key.revoked'"
        assert await tx.connection.fetchval(query) == times
