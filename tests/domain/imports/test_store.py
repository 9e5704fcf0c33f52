"""How far each file has been taken in."""

import asyncpg
import pytest

from service.domain.imports import store
from service.domain.imports.types import Kind, Run
from service.infra.db import Database, Tx

ONE, OTHER = b"1" * 32, b"2" * 32


async def test_a_file_that_was_never_begun_is_not_known(tx: Tx) -> None:
    await store.mark(tx, ONE, Kind.MEMBERS, 0)

    assert await store.find(tx, OTHER) is None


async def test_a_file_is_as_far_as_it_was_marked_last(tx: Tx) -> None:
    await store.mark(tx, ONE, Kind.PURCHASES, 1_000)
    await store.mark(tx, OTHER, Kind.MEMBERS, 7)
    await store.mark(tx, ONE, Kind.PURCHASES, 3_000_000_000)

    assert await store.find(tx, ONE) == Run(Kind.PURCHASES, 3_000_000_000)
    assert await store.find(tx, OTHER) == Run(Kind.MEMBERS, 7)


async def test_a_mark_of_a_rolled_back_batch_never_was(db: Database) -> None:
    async def fails() -> None:
        async with db.transaction() as tx:
            await store.mark(tx, ONE, Kind.PURCHASES, 20)
            raise LookupError

    async with db.transaction() as tx:
        await store.mark(tx, ONE, Kind.PURCHASES, 10)
    with pytest.raises(LookupError):
        await fails()

    async with db.reading() as tx:
        assert await store.find(tx, ONE) == Run(Kind.PURCHASES, 10)


@pytest.mark.parametrize(
    ("digest", "rows", "wall"), [(b"short", 1, "import_run_digest"), (ONE, -1, "import_run_rows")]
)
async def test_the_table_takes_no_other_digest_and_no_negative_count(
    tx: Tx, digest: bytes, rows: int, wall: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match=wall):
        await store.mark(tx, digest, Kind.MEMBERS, rows)
