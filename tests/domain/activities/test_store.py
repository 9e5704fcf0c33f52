"""Activities in the database."""

import datetime as dt
import uuid

import pytest

from service.domain.activities import store
from service.domain.activities.store import Done, WindowAsked
from service.domain.activities.types import Activity
from service.infra.db import Tx
from service.kernel.ids import new_id
from tests.domain.activities.rows import NOON, TELLER, activity

OLA, JAN = new_id(), new_id()
HOUR = dt.timedelta(hours=1)
FP = bytes(32)


async def write(tx: Tx, *rows: Activity) -> None:
    await store.insert(tx, [(row, TELLER) for row in rows])
    await store.claim_keys(
        tx, [((r.source, r.external_id), r.activity_id, r.holder_id, FP) for r in rows]
    )


async def seen(tx: Tx, *windows: WindowAsked) -> dict[int, Done]:
    return await tx.ask(store.ask_windows(windows))


async def test_an_activity_is_read_as_it_was_written(tx: Tx) -> None:
    row = activity(
        OLA, attributes={"text": 'a "b" ż', "stars": -5, "photo": True}, identifier_conflict=True
    )
    await write(tx, row)

    assert await store.by_ids(tx, [row.activity_id, new_id()]) == {row.activity_id: row}


async def test_a_natural_key_is_claimed_once_and_says_what_it_names(tx: Tx) -> None:
    first, other, again = new_id(), new_id(), new_id()

    won = await store.claim_keys(tx, [(("app", "1"), first, OLA, FP)])
    more = await store.claim_keys(
        tx, [(("app", "1"), again, JAN, FP), (("web", "1"), other, JAN, b"x" * 32)]
    )

    assert (won, more) == ({("app", "1")}, {("web", "1")})
    found = await tx.ask(store.ask_keys([("app", "1"), ("web", "1"), ("web", "2")]))
    assert found == {("app", "1"): (first, FP), ("web", "1"): (other, b"x" * 32)}


async def test_a_page_goes_on_after_its_last_row_also_within_one_instant(tx: Tx) -> None:
    rows = [activity(OLA, is_members=True) for _ in range(3)]
    rows += [activity(OLA, is_members=True, occurred_at=NOON - HOUR), activity(JAN)]
    await write(tx, *rows)
    newest = sorted(rows[:4], key=lambda r: (r.occurred_at, r.activity_id), reverse=True)
    end = (NOON + HOUR, uuid.UUID(int=0))

    first = await store.of_member(tx, OLA, end, 2)
    place = (first[-1].occurred_at, first[-1].activity_id)
    second = await store.of_member(tx, OLA, place, 3)

    assert [*first, *second] == newest


async def test_a_window_counts_between_its_ends_without_them(tx: Tx) -> None:
    times = [NOON - 2 * HOUR, NOON - HOUR, NOON, NOON + HOUR]
    await write(tx, *(activity(OLA, occurred_at=at) for at in times))

    found = await seen(
        tx,
        WindowAsked(OLA, NOON - 2 * HOUR, NOON + HOUR, "visit"),
        WindowAsked(OLA, None, NOON, "visit"),
        WindowAsked(OLA, NOON - HOUR, NOON, "visit"),
        WindowAsked(JAN, None, NOON + HOUR, "visit"),
        WindowAsked(OLA, None, NOON, "review-written"),
    )

    assert found == {
        0: Done(2, NOON - HOUR),
        1: Done(2, NOON - 2 * HOUR),
        2: Done(0, None),
        3: Done(0, None),
        4: Done(0, None),
    }


@pytest.mark.parametrize(
    ("value", "times"), [(1, 1), (True, 1), ("1", 1), (2, 0), (False, 0), ('"', 1)]
)
async def test_a_window_by_attribute_wants_the_same_value_of_the_same_kind(
    tx: Tx, value: str | int | bool, times: int
) -> None:
    rows = [activity(OLA, attributes={"of": given}) for given in (1, True, "1", '"')]
    await write(tx, *rows, activity(OLA, attributes={"other": value}))

    found = await seen(tx, WindowAsked(OLA, None, NOON + HOUR, "visit", ("of", value)))

    assert found[0].times == times


async def test_what_is_given_has_its_natural_keys_with_it_and_what_is_older_stays(tx: Tx) -> None:
    old, new, of_another = (
        activity(OLA, occurred_at=NOON - HOUR),
        activity(OLA, occurred_at=NOON),
        activity(new_id()),
    )
    await write(tx, old, new, of_another)

    operation = new_id()

    given = await store.give(tx, JAN, {OLA: NOON}, operation)

    assert [(was, one.activity_id, one.holder_id) for was, one in given] == [
        (OLA, new.activity_id, JAN)
    ]
    rows = await tx.connection.fetch(
        "select a.activity_id, a.holder_id, k.holder_id, a.moved_by"
        " from activity a join activity_key k on k.activity_id = a.activity_id"
    )
    assert {tuple(row) for row in rows} == {
        (old.activity_id, OLA, OLA, None),
        (new.activity_id, JAN, JAN, operation),
        (of_another.activity_id, of_another.holder_id, of_another.holder_id, None),
    }
