"""Approvals and what is done alone, as rows."""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec
import pytest

from service.domain.approvals import store
from service.domain.approvals.types import Approval, Kind, Standing, State, Why
from service.domain.holders import store as holders
from service.domain.holders.types import Kind as HolderKind
from service.infra.db import Tx
from service.kernel.ids import new_id

OLA: Final = uuid.UUID(int=1)
NOW: Final = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
HOUR: Final = dt.timedelta(hours=1)
TODAY: Final = dt.date(2026, 3, 2)


def waiting(**changes: Any) -> Approval:
    """Something eva asked for at ten, open until eleven."""
    asked = Approval(
        holder_id=OLA,
        approval_id=new_id(),
        kind=Kind.ADJUSTMENT,
        state=State.OPEN,
        body=b'{"amount":5}',
        why=Why.ABOVE_MAX,
        actor_kind=2,
        actor_id="eva",
        client_id=uuid.UUID(int=9),
        store="waw-01",
        device="till-3",
        asked_at=NOW,
        due_at=NOW + HOUR,
    )
    return msgspec.structs.replace(asked, **changes)


def approved(asked: Approval) -> Approval:
    """It, approved by jan half an hour later."""
    return msgspec.structs.replace(
        asked,
        state=State.APPROVED,
        decided_at=NOW + HOUR / 2,
        decided_by="jan",
        decided_store="waw-02",
        decided_device="till-4",
        op_id=uuid.UUID(int=7),
    )


async def insert(tx: Tx, *rows: Approval) -> None:
    """The rows of a member who is there."""
    await holders.insert(tx, [OLA], HolderKind.MEMBER, [NOW], NOW)
    for row in rows:
        await store.insert(tx, row)


async def test_what_was_asked_for_is_found_as_it_was_written(tx: Tx) -> None:
    row = waiting()
    await insert(tx, row)

    assert await store.find(tx, row.approval_id) == row
    assert await store.find(tx, new_id()) is None


async def test_it_is_decided_once(tx: Tx) -> None:
    row = waiting()
    await insert(tx, row)

    await store.update(tx, approved(row))

    assert await store.find(tx, row.approval_id) == approved(row)
    with pytest.raises(AssertionError):
        await store.update(tx, approved(row))


@pytest.mark.parametrize(
    ("row", "now", "standing"),
    [
        (waiting(), NOW, Standing.OPEN),
        (waiting(), NOW + HOUR - dt.timedelta(microseconds=1), Standing.OPEN),
        (waiting(), NOW + HOUR, Standing.TIMED_OUT),
        (approved(waiting()), NOW + HOUR, Standing.APPROVED),
        (waiting(state=State.REFUSED), NOW + HOUR, Standing.REFUSED),
    ],
)
def test_past_its_time_it_counts_as_timed_out(
    row: Approval, now: dt.datetime, standing: Standing
) -> None:
    assert row.standing(now) is standing


async def test_a_page_has_those_of_a_state_and_a_store(tx: Tx) -> None:
    first, second = waiting(), waiting(due_at=NOW + 2 * HOUR, store="krk-01")
    third, old = waiting(due_at=NOW + 3 * HOUR), waiting(asked_at=NOW - HOUR, due_at=NOW)
    done = waiting()
    await insert(tx, first, second, third, old, done)
    await store.update(tx, approved(done))

    async def page(
        state: Standing, shop: str | None = None, after: store.Place = store.LAST, rows: int = 9
    ) -> list[uuid.UUID]:
        found = await store.page(tx, state, shop, NOW, after, rows)
        return [row.approval_id for row in found]

    assert await page(Standing.OPEN) == [third.approval_id, second.approval_id, first.approval_id]
    assert await page(Standing.OPEN, rows=1) == [third.approval_id]
    after = store.Place(third.due_at, third.approval_id)
    assert await page(Standing.OPEN, after=after) == [second.approval_id, first.approval_id]
    assert await page(Standing.OPEN, "krk-01") == [second.approval_id]
    assert await page(Standing.TIMED_OUT) == [old.approval_id]
    assert await page(Standing.APPROVED) == [done.approval_id]
    assert await page(Standing.REFUSED) == []


async def test_those_that_end_at_once_come_one_after_the_other(tx: Tx) -> None:
    rows = [waiting() for _ in range(3)]
    await insert(tx, *rows)
    found, after = [], store.LAST

    while page := await store.page(tx, Standing.OPEN, None, NOW, after, 1):
        found.append(page[0].approval_id)
        after = store.Place(page[0].due_at, page[0].approval_id)

    assert found == sorted((row.approval_id for row in rows), reverse=True)


async def test_what_is_done_alone_is_counted_up_to_the_most(tx: Tx) -> None:
    async def take(amount: int, staff: str = "eva", day: dt.date = TODAY, wallet: int = 1) -> bool:
        return await store.take_alone(tx, staff, day, wallet, amount, 10)

    assert not await take(11)
    assert [await take(6), await take(5), await take(4), await take(1)] == [
        True,
        False,
        True,
        False,
    ]
    assert await take(10, staff="jan")
    assert await take(10, day=TODAY + dt.timedelta(days=1))
    assert await take(10, wallet=2)
    rows = await tx.connection.fetch("select amount from adjusted_day")
    assert [row[0] for row in rows] == [10] * 4
