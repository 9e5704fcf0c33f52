"""The job: what time changed is written down at its own instant, once, however late."""

import asyncio
import datetime as dt

import pytest

from service.flows.segments import look_again as job
from service.flows.segments.look_again import look_again
from service.flows.steps.reconsidering import reconsider
from tests.flows.segment_shop import Segments
from tests.flows.shop import day


async def test_who_does_nothing_drifts_at_the_instant_the_last_purchase_leaves_the_window(
    segments: Segments,
) -> None:
    member = await segments.member("1")
    await segments.spends(member, 10, day(0))
    await segments.look()
    # day(0) is before summer time and day(60) in it: the clock on the wall shows the same.
    drifts = day(60) - dt.timedelta(hours=1)

    await segments.look(drifts - dt.timedelta(minutes=1))
    before = await segments.belongs(member)
    await segments.look(drifts + dt.timedelta(minutes=1))

    assert before == set()
    assert await segments.spans(member, "drifting") == [("drifting", drifts, None)]


async def test_entering_leaving_and_entering_again_are_told_in_order_at_their_times(
    segments: Segments,
) -> None:
    member = await segments.member("1")
    await segments.spends(member, 100, day(0))
    await segments.look()
    left = day(30) - dt.timedelta(hours=1)
    await segments.look(left)
    await segments.spends(member, 150, day(40))
    await segments.look()

    spans = await segments.spans(member, "spenders")

    assert [(name, until) for name, _, until in spans] == [("spenders", left), ("spenders", None)]
    assert spans[1][1] >= day(40)
    assert [one for one in await segments.told(member) if one[1] == "spenders"] == [
        ("segment.entered", "spenders"),
        ("segment.left", "spenders"),
        ("segment.entered", "spenders"),
    ]


async def test_a_late_job_writes_what_an_early_one_would_have(segments: Segments) -> None:
    late, early = await segments.member("1"), await segments.member("2")
    for member in (late, early):
        await segments.spends(member, 100, day(0))
    await segments.look()
    async with segments.shop.db.transaction() as tx:
        hidden = (
            "update segment_check set due_at = due_at + interval '100 years' where holder_id = $1"
        )
        await tx.connection.execute(hidden, late)
    for number in range(1, 120):
        await segments.look(day(number))
    async with segments.shop.db.transaction() as tx:
        shown = hidden.replace("+", "-")
        await tx.connection.execute(shown, late)
    await segments.look()

    def dated(spans: list[tuple[str, dt.datetime, dt.datetime | None]]) -> list[object]:
        timed = {"settled-in", "spenders", "monthly", "drifting"}
        return [
            (n, f if n in {"settled-in", "drifting"} else None, u)
            for n, f, u in spans
            if n in timed
        ]

    assert dated(await segments.spans(late)) == dated(await segments.spans(early))
    assert await segments.told(late) == await segments.told(early)
    assert await segments.belongs(late) == {"drifting", "settled-in"}


async def test_two_workers_at_once_tell_nothing_twice(segments: Segments) -> None:
    members = [await segments.member(str(number)) for number in range(1, 7)]
    for member in members:
        await segments.spends(member, 10, day(0))
    await segments.look()
    await segments.shop.show(day(61))

    looked = await asyncio.gather(*(look_again(segments.ctx) for _ in range(4)))
    await segments.look()

    assert sum(looked) >= len(members)
    for member in members:
        assert (await segments.told(member)).count(("segment.entered", "drifting")) == 1


async def test_parts_of_any_size_come_to_the_same(
    segments: Segments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "PART", 2)
    members = [await segments.member(str(number)) for number in range(1, 6)]
    for member in members:
        await segments.spends(member, 100, day(0))

    await segments.look(day(61))

    for member in members:
        assert "drifting" in await segments.belongs(member)
    assert await segments.look() == 0


async def test_who_is_locked_elsewhere_is_looked_at_in_a_later_round(segments: Segments) -> None:
    busy, free = await segments.member("1"), await segments.member("2")
    for member in (busy, free):
        await segments.spends(member, 10, day(0))
    await segments.look()
    await segments.shop.show(day(61))
    async with segments.shop.db.transaction() as tx:
        await tx.connection.execute("select from holder where holder_id = $1 for update", busy)
        await segments.look()
        meanwhile = [await segments.belongs(member) for member in (busy, free)]

    await segments.look()

    assert ["drifting" in one for one in meanwhile] == [False, True]
    assert "drifting" in await segments.belongs(busy)


async def test_nobody_is_looked_at_twice_for_one_instant(segments: Segments) -> None:
    member = await segments.member("1")
    await segments.spends(member, 10, day(0))
    await segments.look()

    assert await segments.look() == 0
    due = await segments.due(member)
    assert due is not None
    assert due > day(0)


async def test_a_birthday_month_begins_and_ends_at_local_midnights(segments: Segments) -> None:
    member = await segments.member("1", born=dt.date(1990, 4, 17))
    for number in range(1, 70):
        await segments.look(day(number))
    begins = dt.datetime(2026, 3, 31, 22, tzinfo=dt.UTC)  # summer time has begun on 29 March
    ends = dt.datetime(2026, 4, 30, 22, tzinfo=dt.UTC)

    assert await segments.spans(member, "celebrating") == [("celebrating", begins, ends)]


async def test_days_enrolled_are_counted_by_the_local_calendar_across_summer_time(
    segments: Segments,
) -> None:
    member = await segments.member("1")  # on 2 March, in winter
    await segments.look(day(120))

    hundredth = dt.datetime(2026, 6, 9, 22, tzinfo=dt.UTC)  # 10 June 00:00 in Warsaw
    assert await segments.spans(member, "settled-in") == [("settled-in", hundredth, None)]


async def test_a_term_in_a_club_that_ends_takes_its_segment_along(segments: Segments) -> None:
    member = await segments.member("1")
    until = day(5) + dt.timedelta(minutes=7)
    await segments.lets_in(member, "tasters", until)
    await segments.look()
    inside = await segments.belongs(member)

    await segments.look(day(6))

    assert inside == {"tasting"}
    ((_, _, ended),) = await segments.spans(member, "tasting")
    assert ended == until


async def test_what_began_and_ended_before_anybody_looked_is_history_too(
    segments: Segments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconsider, "ROUNDS_MAX", 400)
    member = await segments.member("1", born=dt.date(1990, 4, 17))

    await segments.look(day(120))

    begins, ends = (dt.datetime(2026, *of, 22, tzinfo=dt.UTC) for of in ((3, 31), (4, 30)))
    assert await segments.spans(member, "celebrating") == [("celebrating", begins, ends)]
    assert [one for one in await segments.told(member) if one[1] == "celebrating"] == [
        ("segment.entered", "celebrating"),
        ("segment.left", "celebrating"),
    ]


async def test_what_happens_while_an_earlier_instant_waits_is_not_overlooked(
    segments: Segments,
) -> None:
    member = await segments.member("1")
    await segments.look()
    await segments.shop.show(day(3))  # three midnights have passed, and nobody has looked
    await segments.lets_in(member, "tasters", None)

    await segments.look()

    assert "tasting" in await segments.belongs(member)


async def test_a_purchase_enters_in_its_own_transaction(segments: Segments) -> None:
    member = await segments.member("1")

    await segments.spends(member, 100, day(0))

    assert {"spenders", "monthly"} <= await segments.belongs(member)
    ((_, since, _),) = await segments.spans(member, "spenders")
    assert dt.timedelta(0) <= since - day(0) < dt.timedelta(seconds=5)
