"""Limits for those who try codes that do not exist."""

import asyncio
import datetime as dt
import uuid

import pytest
from structlog.testing import capture_logs

from service.domain.coupons import attempts
from service.domain.coupons.errors import TooManyCodes
from service.domain.coupons.guesses import Subject, subjects
from service.flows.steps import guessing
from service.kernel.values import Client
from tests.flows.shop import SECRET, Shop, another, day

MEMBER = uuid.UUID(int=7)
WHO = subjects(SECRET.encode(), MEMBER, Client(device="kiosk-1"))
MEMBER_ONLY, DEVICE_ONLY = WHO[:1], WHO[1:]


async def seconds(shop: Shop, who: tuple[Subject, ...] = MEMBER_ONLY) -> int:
    """For how long they are refused; 0: they are not."""
    async with shop.db.reading() as tx:
        tx.now = await tx.connection.fetchval("select clock_timestamp()") + shop.db.clock_offset
        try:
            await guessing.refuse_if_locked(tx, shop.built.ctx, who)
        except TooManyCodes as refused:
            return refused.retry_after_seconds
    return 0


async def fail(
    shop: Shop, times: int, at: dt.datetime, who: tuple[Subject, ...] = MEMBER_ONLY
) -> None:
    await shop.show(at)
    await guessing.count(shop.built.ctx, who, times)


def minutes(count: float) -> dt.datetime:
    """After the start of a window."""
    return day(0) + dt.timedelta(minutes=count)


async def test_nobody_is_refused_below_the_limit(shop: Shop) -> None:
    await fail(shop, 9, minutes(1), WHO)

    assert await seconds(shop, WHO) == 0


async def test_the_limit_is_one_for_members_and_another_for_devices(shop: Shop) -> None:
    await fail(shop, 10, minutes(1), WHO)

    assert await seconds(shop, DEVICE_ONLY) == 0
    assert 19 * 60 - 5 <= await seconds(shop, WHO) <= 19 * 60


async def test_a_lock_ends_by_itself_and_the_next_is_twice_as_long(shop: Shop) -> None:
    await fail(shop, 10, minutes(1))
    other = Shop(shop.db, another(shop.db))
    await shop.show(minutes(20))
    assert await seconds(other) == 0  # a process that has not seen the lock asks PostgreSQL

    await fail(other, 10, minutes(21))

    assert 39 * 60 - 5 <= await seconds(other) <= 39 * 60


async def test_another_worker_and_one_that_was_restarted_refuse_too(shop: Shop) -> None:
    await fail(shop, 10, minutes(1))

    other = Shop(shop.db, another(shop.db))

    assert await seconds(other) > 0


async def test_who_is_known_as_locked_is_refused_without_asking(shop: Shop) -> None:
    await fail(shop, 10, minutes(1))
    assert await seconds(shop) > 0
    async with shop.db.transaction() as tx:
        await tx.connection.execute("delete from code_guess")

    assert await seconds(shop) > 0
    assert await seconds(shop, DEVICE_ONLY) == 0


async def test_failures_of_many_at_once_are_all_counted(shop: Shop) -> None:
    await shop.show(minutes(1))

    await asyncio.gather(*(guessing.count(shop.built.ctx, WHO) for _ in range(12)))

    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch("select failures from code_guess")
    assert [row[0] for row in rows] == [12, 12]
    assert await seconds(shop) > 0


async def test_what_was_tried_counts_once_for_each_subject(shop: Shop) -> None:
    """Whatever the process, and at once: five that are different count five."""
    await shop.show(minutes(1))
    other = Shop(shop.db, another(shop.db))
    five = [bytes([n]) * 32 for n in range(5)]

    await asyncio.gather(
        *(
            guessing.count_tried((shop, other)[n % 2].built.ctx, WHO, five[: n % 6])
            for n in range(12)
        )
    )
    await guessing.count_tried(shop.built.ctx, MEMBER_ONLY, [b"6" * 32])
    await guessing.count_tried(shop.built.ctx, WHO, ())

    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch("select subject, failures from code_guess")
    assert dict(rows) == {WHO[0].digest: 6, WHO[1].digest: 5}


async def test_ten_that_are_different_lock_and_are_logged(shop: Shop) -> None:
    await shop.show(minutes(1))
    await guessing.count_tried(shop.built.ctx, MEMBER_ONLY, [bytes([n]) * 32 for n in range(9)])
    with capture_logs() as logs:
        await guessing.count_tried(shop.built.ctx, MEMBER_ONLY, [bytes([8]) * 32])
        assert (await seconds(shop), logs) == (0, [])
        await guessing.count_tried(shop.built.ctx, MEMBER_ONLY, [bytes([9]) * 32])

    assert [log["event"] for log in logs] == ["codes_guessed"]
    assert await seconds(shop) > 0


async def test_a_lock_is_logged_without_saying_whose_it_is(shop: Shop) -> None:
    await shop.show(minutes(1))
    with capture_logs() as logs:
        await guessing.count(shop.built.ctx, WHO, 10)

    (log,) = logs
    assert (log["event"], log["log_level"]) == ("codes_guessed", "warning")
    assert str(MEMBER) not in str(log)


async def test_without_anybody_to_count_against_nothing_is_counted(shop: Shop) -> None:
    before = await shop.tables()

    await guessing.count(shop.built.ctx, ())

    assert await seconds(shop, ()) == 0
    assert await shop.tables() == before


async def test_a_failure_that_cannot_be_counted_fails_the_request(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closed, not open: nobody guesses while nothing is counted."""

    async def lost(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(attempts, "count", lost)
    with pytest.raises(ConnectionError):
        await guessing.count(shop.built.ctx, WHO)
