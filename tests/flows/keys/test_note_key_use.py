"""The last use of a key is written at most once an hour."""

import datetime as dt

import msgspec

from service.domain.access import store
from service.domain.access.types import KeyRow
from service.flows.keys.create_key import create_key
from service.flows.keys.note_key_use import note_key_use
from service.infra.db import Database


async def read(db: Database, kid: str) -> KeyRow:
    """The row of a key."""
    async with db.reading() as tx:
        row = await store.find_key(tx, kid)
    assert row is not None
    return row


async def test_the_first_use_is_noted_and_another_within_the_hour_is_not(db: Database) -> None:
    kid = (await create_key(db, "app", "shop")).split("_")[2]
    first = await read(db, kid)

    await note_key_use(db, first)
    second = await read(db, kid)
    await note_key_use(db, second)

    assert first.last_used_at is None
    assert second.last_used_at == first.read_at
    assert (await read(db, kid)).last_used_at == first.read_at


async def test_a_use_after_an_hour_is_noted_again(db: Database) -> None:
    kid = (await create_key(db, "app", "shop")).split("_")[2]
    row = await read(db, kid)
    await note_key_use(db, row)

    later = row.read_at + dt.timedelta(hours=1, seconds=1)
    noted = await read(db, kid)
    await note_key_use(db, msgspec.structs.replace(noted, read_at=later))

    assert (await read(db, kid)).last_used_at == later
