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


async def test_a_try_counts_before_it_is_judged_and_is_given_back(tx: Tx) -> None:
    window = await attempts.take(tx, ONE, NOW + dt.timedelta(minutes=3))
    await attempts.take(tx, ONE, NOW + dt.timedelta(minutes=4))
    await attempts.take(tx, OTHER, NOW)

    async def counted(subject: Subject) -> int:
        found = await tx.ask(attempts.ask_failures([subject], NOW + WINDOW))
        return sum(failures for _, failures in found[subject.digest])

    assert (window, await counted(ONE), await counted(OTHER)) == (NOW, 2, 1)
    await attempts.give_back(tx, ONE, window)
    assert (await counted(ONE), await counted(OTHER)) == (1, 1)
    for _ in range(3):  # never less than none
        await attempts.give_back(tx, ONE, window)
    assert await counted(ONE) == 0


async def test_what_a_subject_failed_is_cleared_for_it_alone(tx: Tx) -> None:
    await attempts.count(tx, [ONE, OTHER], 3, NOW)

    await attempts.clear(tx, ONE)

    assert await tx.ask(attempts.ask_failures([ONE, OTHER], NOW)) == {
        ONE.digest: [],
        OTHER.digest: [(NOW, 3)],
    }


async def test_of_tries_at_once_each_sees_those_before_it_also_across_windows(
    db: Database,
) -> None:
    """So that of as many as there are, no two think that they are the last allowed one."""
    seen: list[int] = []

    async def take(n: int) -> None:
        at = NOW + WINDOW + dt.timedelta(seconds=n - 10)  # half in one window, half in the next
        async with db.transaction() as tx:
            await attempts.take(tx, ONE, at)
            found = await tx.ask(attempts.ask_failures([ONE], at))
            await asyncio.sleep(0.002)
            seen.append(sum(failures for _, failures in found[ONE.digest]))

    await asyncio.gather(*(take(n) for n in range(20)))

    assert sorted(seen) == [*range(1, 21)]
