"""After a version with other segments everybody is marked once, whatever stops it in between."""

import asyncio
import datetime as dt

import pytest

from service.domain.segments import store
from service.flows.segments import sweep_members as job
from service.flows.segments.sweep_members import sweep_members
from tests.flows.segment_shop import SEGMENTS, Segments
from tests.flows.shop import day

STRICTER = SEGMENTS.replace("gte: 100 EUR", "gte: 200 EUR")


async def spenders(segments: Segments, count: int) -> list[object]:
    """So many who spent 150 EUR on day 0."""
    members = [await segments.member(str(number)) for number in range(1, count + 1)]
    for member in members:
        await segments.spends(member, 150, day(0))
    await segments.look()
    return list(members)


async def publish(segments: Segments, source: str) -> dt.datetime:
    """Publish, and wait until it is in force; answers since when."""
    version = await segments.shop.publish(source, effective_from=None)
    await segments.ctx.programs.refresh(segments.shop.db)
    await segments.shop.show(version.effective_from + dt.timedelta(minutes=1))
    return version.effective_from


async def test_members_leave_by_the_new_version_from_when_it_is_in_force(
    segments: Segments,
) -> None:
    members = await spenders(segments, 3)
    since = await publish(segments, STRICTER)

    marked = await segments.sweep()
    await segments.look()

    assert marked == len(members)
    page = await segments.shop.reads.segment_members("spenders", None, 10)
    assert page.items == ()
    async with segments.shop.db.reading() as tx:
        untils = await tx.connection.fetch(
            "select distinct until_at from segment_span where segment = 1"
        )
    assert [row[0] for row in untils] == [since]


async def test_a_version_with_the_same_segments_marks_nobody(segments: Segments) -> None:
    await spenders(segments, 2)
    await publish(segments, SEGMENTS.replace("award: 1", "award: 2"))

    assert await segments.sweep() == 0


async def test_before_a_version_is_in_force_nobody_is_marked(segments: Segments) -> None:
    await spenders(segments, 2)
    await segments.shop.publish(STRICTER, effective_from=day(20))
    await segments.ctx.programs.refresh(segments.shop.db)

    assert await segments.sweep() == 0
    await segments.shop.show(day(20))
    assert await segments.sweep() == 2


async def test_a_sweep_that_was_stopped_goes_on_where_it_was(
    segments: Segments, monkeypatch: pytest.MonkeyPatch
) -> None:
    await spenders(segments, 5)
    await publish(segments, STRICTER)
    monkeypatch.setattr(job, "PART", 2)
    first = await sweep_members(segments.ctx)
    listed = store.SQL["update_sweep"]
    broken = {**store.SQL, "update_sweep": store.SQL["list_checks"]}
    monkeypatch.setattr(store, "SQL", broken)
    with pytest.raises(TypeError):
        await sweep_members(segments.ctx)
    monkeypatch.setattr(store, "SQL", {**broken, "update_sweep": listed})

    rest = [await sweep_members(segments.ctx) for _ in range(4)]

    assert (first, rest) == (2, [2, 1, 0, 0])


async def test_several_workers_mark_everybody_once(
    segments: Segments, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = await spenders(segments, 5)
    await publish(segments, STRICTER)
    monkeypatch.setattr(job, "PART", 2)

    marked = 0
    while found := sum(await asyncio.gather(*(sweep_members(segments.ctx) for _ in range(3)))):
        marked += found

    assert marked == len(members)


async def test_a_segment_that_is_gone_is_left(segments: Segments) -> None:
    (member,) = await spenders(segments, 1)
    lines = [one for one in SEGMENTS.splitlines() if not one.startswith("  monthly:")]
    await publish(segments, "\n".join(lines))

    await segments.sweep()
    await segments.look()

    assert ("segment.left", "monthly") in await segments.told(member)  # type: ignore[arg-type]
