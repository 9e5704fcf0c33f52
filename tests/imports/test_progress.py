import asyncio

import pytest

from service.domain.imports import store
from service.domain.imports.types import Kind, Run
from service.imports import progress
from service.imports.progress import Progress
from service.infra.db import Database

DIGEST = b"d" * 32


async def saved(db: Database) -> Run | None:
    async with db.reading() as tx:
        return await store.find(tx, DIGEST)


async def test_rows_are_done_up_to_the_first_that_is_not(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SAVE_SECONDS", 0)
    reports: list[tuple[int, int]] = []
    p = Progress(db, DIGEST, Kind.PURCHASES, lambda *report: reports.append(report))
    p.start(10, 20)
    for n in (10, 12, 13):
        p.finish(n)
    await p.tell()
    assert await saved(db) == Run(Kind.PURCHASES, 11)
    p.finish(11)
    await p.tell()
    assert await saved(db) == Run(Kind.PURCHASES, 14)
    assert reports == [(10, 20), (13, 20), (14, 20)]


async def test_it_is_written_once_a_second_and_at_the_end(db: Database) -> None:
    p = Progress(db, DIGEST, Kind.MEMBERS, lambda _done, _of: None)
    p.start(0, 2)
    p.finish(0)
    await p.tell()
    assert await saved(db) is None
    await p.tell(finally_=True)
    assert await saved(db) == Run(Kind.MEMBERS, 1)


async def test_two_lanes_do_not_write_at_once(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked = []

    async def mark(_tx: object, _digest: bytes, _kind: Kind, rows_done: int) -> None:
        marked.append(rows_done)
        await asyncio.sleep(0)

    monkeypatch.setattr(store, "mark", mark)
    p = Progress(db, DIGEST, Kind.MEMBERS, lambda _done, _of: None)
    p.start(0, 2)
    p.finish(0)
    p._saved_at -= progress.SAVE_SECONDS  # a second ago
    await asyncio.gather(p.tell(), p.tell())
    assert marked == [1]
