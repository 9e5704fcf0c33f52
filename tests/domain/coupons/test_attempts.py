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


async def counted(tx: Tx, subject: Subject) -> list[tuple[dt.datetime, int]]:
    """Its failures by window."""
    found = await tx.ask(attempts.ask_failures([subject], NOW + 5 * WINDOW))
    return list(found[subject.digest])


async def test_what_was_tried_counts_once_within_ten_minutes_of_each_subject(tx: Tx) -> None:
    one, two, three = (bytes([n]) * 32 for n in range(3))
    await attempts.count_tried(tx, [ONE], [one, one, two], NOW)
    await attempts.count_tried(tx, [ONE, OTHER], [two, three], NOW + dt.timedelta(minutes=9))
    await attempts.count_tried(tx, [ONE], [], NOW)

    assert await counted(tx, ONE) == [(NOW, 3)]
    assert await counted(tx, OTHER) == [(NOW, 2)]


async def test_also_across_the_border_of_two_windows(tx: Tx) -> None:
    """In the third it counts again."""
    one, two = bytes(32), b"2" * 32
    await attempts.count_tried(tx, [ONE], [one], NOW)

    await attempts.count_tried(tx, [ONE], [one], NOW + WINDOW)
    assert await counted(tx, ONE) == [(NOW, 1)]
    await attempts.count_tried(tx, [ONE], [one, two], NOW + WINDOW)
    await attempts.count_tried(tx, [ONE], [one, two], NOW + 2 * WINDOW)

    assert await counted(tx, ONE) == [(NOW, 1), (NOW + WINDOW, 1), (NOW + 2 * WINDOW, 1)]


async def test_it_adds_up_with_what_was_not_remembered(tx: Tx) -> None:
    await attempts.count(tx, [ONE], 2, NOW)
    await attempts.count_tried(tx, [ONE], [bytes(32)], NOW)
    await attempts.count_tried(tx, [ONE], [bytes(32)], NOW)
    await attempts.count(tx, [ONE], 1, NOW)

    assert await counted(tx, ONE) == [(NOW, 4)]


async def test_no_more_is_remembered_than_locks_anybody(tx: Tx) -> None:
    digests = [n.to_bytes(32, "big") for n in range(150)]
    for first in range(0, 150, 10):
        await attempts.count_tried(tx, [ONE], digests[first : first + 10], NOW)
    await attempts.count_tried(tx, [ONE], digests[:100], NOW)
    assert await counted(tx, ONE) == [(NOW, 150)]

    kept = await tx.connection.fetchval("select cardinality(tried) from code_guess")

    assert kept == 100


async def test_of_the_same_at_once_one_counts(db: Database) -> None:
    async def fail(n: int) -> None:
        async with db.transaction() as tx:
            await attempts.count_tried(tx, [OTHER, ONE], [bytes(32), bytes([1 + n % 3] * 32)], NOW)

    await asyncio.gather(*(fail(n) for n in range(20)))

    async with db.reading() as tx:
        assert await counted(tx, ONE) == await counted(tx, OTHER) == [(NOW, 4)]
