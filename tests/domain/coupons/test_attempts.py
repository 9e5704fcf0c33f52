"""Failed codes in the database."""

import asyncio
import datetime as dt

from service.domain.coupons import attempts
from service.domain.coupons.guesses import WINDOW, Subject
from service.infra.db import Database, Tx
from tests.domain.coupons.rows import NOW, hours

ONE, OTHER = Subject(b"1" * 32, 10), Subject(b"2" * 32, 20)


async def test_failures_add_up_by_subject_and_window(tx: Tx) -> None:
    await attempts.count(tx, [ONE, OTHER], 1, NOW)
    await attempts.count(tx, [ONE], 2, NOW + dt.timedelta(minutes=9))
    await attempts.count(tx, [ONE], 4, NOW + WINDOW)

    found = await tx.ask(attempts.ask_failures([ONE, OTHER, Subject(b"3" * 32, 10)], NOW + WINDOW))

    assert found == {
        ONE.digest: [(NOW, 3), (NOW + WINDOW, 4)],
        OTHER.digest: [(NOW, 1)],
        b"3" * 32: [],
    }


async def test_what_is_a_week_old_is_not_asked_and_deleted(tx: Tx) -> None:
    await attempts.count(tx, [ONE], 9, NOW)
    await attempts.count(tx, [ONE], 1, hours(1))

    assert await tx.ask(attempts.ask_failures([ONE], hours(7 * 24))) == {
        ONE.digest: [(hours(1), 1)]
    }
    assert await attempts.forget(tx, hours(7 * 24 - 1)) == 0
    assert await attempts.forget(tx, hours(7 * 24)) == 1


async def test_no_failure_is_lost_between_workers(db: Database) -> None:
    async def fail() -> None:
        async with db.transaction() as tx:
            await attempts.count(tx, [OTHER, ONE], 1, NOW)

    await asyncio.gather(*(fail() for _ in range(20)))

    async with db.reading() as tx:
        found = await tx.ask(attempts.ask_failures([ONE, OTHER], NOW))
    assert found == {ONE.digest: [(NOW, 20)], OTHER.digest: [(NOW, 20)]}
