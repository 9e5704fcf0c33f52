"""Sizes and lists of segments, and how many would belong to those of a program to come."""

import uuid

import pytest

from service.domain.programs.types import ProgramSource, SegmentPlan
from service.domain.segments.errors import SegmentNotFound
from service.flows.reads import segments as reading
from service.infra.cursors import CursorInvalid
from tests.flows.segment_shop import SEGMENTS, Segments
from tests.flows.shop import day

STRICTER = SEGMENTS.replace("gte: 100 EUR", "gte: 200 EUR")


async def spenders(segments: Segments, count: int) -> list[uuid.UUID]:
    """So many who spent 100, 200, … EUR on day 0."""
    members = [await segments.member(str(number)) for number in range(1, count + 1)]
    for number, member in enumerate(members, start=1):
        await segments.spends(member, 100 * number, day(0))
    await segments.look()
    return members


async def planned(segments: Segments, source: str) -> dict[str, SegmentPlan]:
    """What a plan says of segments, by id."""
    view = await segments.shop.reads.plan(ProgramSource(source=source))
    return {one.id: one for one in view.segments}


async def test_every_segment_is_listed_with_its_size_in_the_order_of_the_file(
    segments: Segments,
) -> None:
    await spenders(segments, 3)
    await segments.member("9")

    listed = await segments.shop.reads.segments(("pl",))

    assert [(one.id, one.members) for one in listed.items] == [
        ("spenders", 3),
        ("drifting", 0),
        ("monthly", 3),
        ("celebrating", 0),
        ("settled-in", 0),
        ("visitors", 0),
        ("tasting", 0),
    ]
    assert listed.items[3].title == {"pl": "Świętujący"}


async def test_members_come_in_pages_in_the_order_of_ids(segments: Segments) -> None:
    members = await spenders(segments, 5)
    await segments.member("9")

    pages, cursor = list[list[uuid.UUID]](), None
    while not pages or cursor is not None:
        page = await segments.shop.reads.segment_members("spenders", cursor, 2)
        pages.append([one.member_id for one in page.items])
        cursor = page.next

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [one for page in pages for one in page] == sorted(members)
    (since,) = [one for one in await segments.spans(members[0]) if one[0] == "spenders"]
    first = await segments.shop.reads.segment_members("spenders", None, 5)
    assert {one.member_id: one.since for one in first.items}[members[0]] == since[1]


async def test_who_left_is_listed_no_more(segments: Segments) -> None:
    await spenders(segments, 2)
    await segments.look(day(31))

    page = await segments.shop.reads.segment_members("spenders", None, 10)

    assert (page.items, page.next) == ((), None)


async def test_an_unknown_segment_and_another_ones_cursor_are_refused(segments: Segments) -> None:
    await spenders(segments, 2)
    cursor = (await segments.shop.reads.segment_members("spenders", None, 1)).next
    assert cursor is not None

    with pytest.raises(SegmentNotFound):
        await segments.shop.reads.segment_members("nobody", None, 10)
    with pytest.raises(CursorInvalid):
        await segments.shop.reads.segment_members("monthly", cursor, 1)


async def test_a_plan_counts_who_would_belong_to_changed_and_new_segments_alone(
    segments: Segments,
) -> None:
    await spenders(segments, 3)
    more = STRICTER.replace(
        "segments:\n", "segments:\n  thrifty: {member.segments: {has_none: [spenders]}}\n"
    )
    before = await segments.shop.tables()

    found = await planned(segments, more)

    assert found == {
        "thrifty": SegmentPlan(id="thrifty", members=1, members_now=None, sample=None),
        "spenders": SegmentPlan(id="spenders", members=2, members_now=3, sample=None),
    }
    assert await segments.shop.tables() == before


async def test_a_segment_that_asks_for_a_changed_one_has_changed(segments: Segments) -> None:
    asking = SEGMENTS.replace(
        "segments:\n", "segments:\n  thrifty: {member.segments: {has_none: [spenders]}}\n"
    )
    await segments.shop.publish(asking, effective_from=None)

    changed = await planned(segments, asking.replace("gte: 100 EUR", "gte: 200 EUR"))

    assert set(changed) == {"thrifty", "spenders"}
    assert await planned(segments, asking) == {}


async def test_rounds_of_any_size_count_the_same(
    segments: Segments, monkeypatch: pytest.MonkeyPatch
) -> None:
    await spenders(segments, 5)
    monkeypatch.setattr(reading, "PART", 2)

    assert (await planned(segments, STRICTER))["spenders"].members == 4


async def test_of_many_members_a_sample_is_looked_at_and_the_plan_says_so(
    segments: Segments, monkeypatch: pytest.MonkeyPatch
) -> None:
    await spenders(segments, 6)
    monkeypatch.setattr(reading, "ALL_BELOW", 5)
    monkeypatch.setattr(reading, "SAMPLE", 3)

    found = (await planned(segments, SEGMENTS.replace("gte: 100 EUR", "gte: 1 EUR")))["spenders"]

    assert found.sample is not None
    assert 0 <= found.sample <= 6
    assert found.members == (6 if found.sample else 0)  # all of them, so any sample counts up to 6


async def test_a_sample_is_counted_up_with_halves_rounded_up() -> None:
    assert reading._scaled(1, 10, 4) == 3
    assert reading._scaled(1, 9, 4) == 2
    assert reading._scaled(0, 10, 4) == 0
    assert reading._scaled(0, 10, 0) == 0


async def test_a_plan_of_a_first_program_counts_nobody(segments: Segments) -> None:
    await segments.member("1")

    assert set(await planned(segments, SEGMENTS)) == set()
