"""Keys, for authentication."""

from service.flows.keys.create_key import create_key
from service.flows.reads.keys import find_key
from service.infra.db import Database


async def test_a_key_is_found_by_its_name(db: Database) -> None:
    kid = (await create_key(db, "pos", "till 3", store="waw-01")).split("_")[2]

    found = await find_key(db, kid)

    assert found is not None
    assert (found.kid, found.name, found.store) == (kid, "till 3", "waw-01")


async def test_a_key_nobody_has_is_not_found(db: Database) -> None:
    assert await find_key(db, "0123456789") is None
