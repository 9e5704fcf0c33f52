"""A day is closed once, when it is over for good, with all of its acts and after the one before."""

import asyncio
import datetime as dt
import hashlib
from typing import Any

import pytest

from service.domain.audit import sealing, store, tree
from service.domain.audit.acts import About, Act
from service.domain.events.audit import SUBJECT
from service.domain.holders import store as holders
from service.flows.audit.close_audit_day import MARGIN, close_audit_day
from service.flows.steps import auditing
from service.flows.steps.auditing import Done
from service.infra.db import Tx
from tests.flows.shop import TILL, Shop, another, day
from tests.waiting import blocked

NOTHING = hashlib.sha256().digest()
FIRST = dt.date(2026, 3, 2)
MIDNIGHT = dt.datetime(2026, 3, 3, tzinfo=dt.UTC)


@pytest.fixture
async def began(shop: Shop) -> Shop:
    """The shop on day 0, with the act of who published its program."""
    await shop.show(day(0))
    return shop


async def note(tx: Tx, shop: Shop) -> None:
    """A key was revoked."""
    await holders.clock(tx, shop.db.clock_offset)
    await auditing.note(tx, TILL, Done(act=Act.KEY_REVOKED, about=About.KEY, id="abcdefghij"))


async def act(shop: Shop) -> None:
    """The same in a transaction of its own."""
    async with shop.db.transaction() as tx:
        await note(tx, shop)


async def close(shop: Shop) -> int:
    """One run of the job."""
    return await close_audit_day(shop.built.ctx)


async def days(shop: Shop) -> list[tuple[dt.date, int, int]]:
    """(day, number, acts) of closed days."""
    async with shop.db.reading() as tx:
        found = await store.days(tx, dt.date(9999, 1, 1), 99)
    return [(one.day, one.number, one.acts) for one in reversed(found)]


async def test_a_day_is_closed_two_hours_after_its_end_and_not_before(began: Shop) -> None:
    await act(began)
    await began.show(MIDNIGHT + MARGIN - dt.timedelta(seconds=30))
    before = await began.tables()
    assert await close(began) == 0
    assert await began.tables() == before

    await began.show(MIDNIGHT + MARGIN)
    assert await close(began) == 1
    assert await days(began) == [(FIRST, 1, 2)]


async def test_the_root_is_over_the_acts_in_their_order(began: Shop) -> None:
    for _ in range(4):
        await act(began)
    await began.show(day(1))
    await close(began)

    async with began.db.reading() as tx:
        acts, kept = await store.of_day(tx, FIRST), await store.leaves_of(tx, FIRST)
        closed = await store.day(tx, FIRST)
    assert closed is not None
    assert [one.hash for one in kept] == [tree.leaf(sealing.content(one)) for one in acts]
    assert [one.act_id for one in kept] == [one.act_id for one in acts]
    assert closed.root == tree.root([one.hash for one in kept])
    assert closed.head == sealing.head(FIRST, 5, closed.root, None)


async def test_it_is_told_to_every_other_system(began: Shop) -> None:
    await began.show(day(1))
    await close(began)

    (told,) = await began.events(SUBJECT)
    async with began.db.reading() as tx:
        closed = await store.day(tx, FIRST)
    assert closed is not None
    assert told == (
        "audit.closed",
        {
            "day": "2026-03-02",
            "acts": 1,
            "root": closed.root.hex(),
            "previous": None,
            "head": closed.head.hex(),
        },
    )


async def test_a_day_without_acts_is_closed_too_and_all_are_a_chain(began: Shop) -> None:
    await began.show(day(2))
    await act(began)
    await began.show(day(3))
    assert [await close(began) for _ in range(4)] == [1, 1, 1, 0]

    async with began.db.reading() as tx:
        third, second, first = await store.days(tx, dt.date(9999, 1, 1), 99)
    assert [one.acts for one in (first, second, third)] == [1, 0, 1]
    assert second.root == NOTHING
    assert (first.previous, second.previous, third.previous) == (None, first.head, second.head)
    assert [one["previous"] for _, one in await began.events(SUBJECT)] == [
        *(None, first.head.hex(), second.head.hex()),
    ]


async def test_where_nobody_did_anything_yet_there_is_no_first_day(db: Any) -> None:
    shop = await Shop.open(db)
    await shop.show(day(9))
    assert await close(shop) == 0
    assert await days(shop) == []


async def test_closed_again_it_stays_what_it_is(began: Shop) -> None:
    await began.show(day(1))
    assert await close(began) == 1
    before = await began.tables()
    assert await close(began) == 0
    assert await began.tables() == before


async def test_two_workers_at_once_close_it_once(began: Shop) -> None:
    await act(began)
    await began.show(day(1))
    other = another(began.db)
    done = await asyncio.gather(
        *(close_audit_day(one.ctx) for one in (began.built, other, began.built, other))
    )
    assert sorted(done) == [0, 0, 0, 1]
    assert await days(began) == [(FIRST, 1, 2)]
    assert len(await began.events(SUBJECT)) == 1


async def test_an_act_in_flight_over_midnight_is_waited_for(began: Shop) -> None:
    """Its clock was read on the day; the commit comes when the day is being closed."""
    async with began.db.transaction() as tx:
        await note(tx, began)
        await began.show(day(1))
        closing = asyncio.create_task(close(began))
        await blocked(began.db)
        assert not closing.done()
    assert await closing == 1
    assert await days(began) == [(FIRST, 1, 2)]


async def test_who_acts_while_a_day_is_closed_is_in_the_next_one(began: Shop) -> None:
    """The closing transaction holds the lock: the act waits, and is refused nothing."""
    await began.show(day(1))
    async with began.db.transaction() as tx:
        await store.lock_head(tx)
        acting = asyncio.create_task(act(began))
        await blocked(began.db)
        assert not acting.done()
    await acting
    assert await close(began) == 1
    await began.show(day(2))
    assert await close(began) == 1
    assert await days(began) == [(FIRST, 1, 1), (dt.date(2026, 3, 3), 2, 1)]
