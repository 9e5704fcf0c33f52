"""The stream: everything once, a member's events in order, by an opaque cursor."""

import asyncio
import uuid
from collections import defaultdict
from typing import Any

import msgspec
import pytest

from service.domain.events.outbox import shard_of
from service.domain.events.types import EventPage
from service.infra.cursors import CursorInvalid
from tests.flows.shop import Shop, another, day, goods


def read(page: EventPage) -> list[dict[str, Any]]:
    return [msgspec.json.decode(item) for item in page.items]


async def follow(shop: Shop, limit: int, shard: int | None = None) -> list[dict[str, Any]]:
    """All events from the beginning, page by page."""
    seen: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = await shop.reads.events(cursor, shard, limit)
        cursor = page.next
        if not page.items:
            return seen
        assert len(page.items) <= limit
        seen += read(page)


async def some_lives(shop: Shop, count: int = 6) -> list[uuid.UUID]:
    members = [(await shop.enrol(f"{n}")).id for n in range(count)]
    for n, member in enumerate(members):
        await shop.buy(f"a{n}", member, goods(1000), at=day(0))
    return members


@pytest.mark.parametrize("limit", [1, 4, 500])
async def test_pages_hold_every_event_once_and_each_members_in_order(
    shop: Shop, limit: int
) -> None:
    members = await some_lives(shop)

    seen = await follow(shop, limit)

    versions: defaultdict[str, list[int]] = defaultdict(list)
    for event in seen:
        versions[event["subject"]].append(int(event["sequence"]))
    assert versions == {str(member): [1, 2, 3] for member in members}
    assert len({event["id"] for event in seen}) == 18


async def test_a_reader_sees_what_was_committed_before_it_asked(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    page = await shop.reads.events(None, None, 10)
    assert len(page.items) == 1

    for number in range(5):
        await shop.buy(f"a{number}", ola, goods(1000))
        page = await shop.reads.events(page.next, None, 10)
        types = [event["type"] for event in read(page)]
        assert types == ["regulars.purchase.recorded.v1", "regulars.points.earned.v1"]


async def test_an_empty_page_has_a_cursor_to_go_on_from(shop: Shop) -> None:
    empty = await shop.reads.events(None, None, 10)
    assert empty.items == ()

    await shop.enrol("1")

    assert len((await shop.reads.events(empty.next, None, 10)).items) == 1


async def test_one_shard_is_a_part_of_the_stream(shop: Shop) -> None:
    members = await some_lives(shop)
    shard = shard_of(members[0])
    theirs = {str(member) for member in members if shard_of(member) == shard}

    seen = await follow(shop, 2, shard)

    assert {event["subject"] for event in seen} == theirs
    assert len(seen) == 3 * len(theirs)


async def test_a_cursor_of_one_shard_leaves_the_others_where_they_were(shop: Shop) -> None:
    members = await some_lives(shop)
    shard = shard_of(members[0])
    of_shard = [m for m in members if shard_of(m) == shard]

    page = await shop.reads.events(None, shard, 500)
    rest = await shop.reads.events(page.next, None, 500)

    assert len(page.items) == 3 * len(of_shard)
    assert len(rest.items) == 3 * (len(members) - len(of_shard))


async def test_two_workers_give_places_that_fit_together(shop: Shop) -> None:
    other = another(shop.db)
    await other.start()
    members = await some_lives(shop, 3)

    async def reader(reads: Any) -> list[str]:
        seen: list[str] = []
        cursor = None
        async with asyncio.timeout(60):
            while len(seen) < 3 * (3 + 2 * 10):
                page = await reads.events(cursor, None, 7)
                cursor = page.next
                seen += [event["id"] for event in read(page)]
                await asyncio.sleep(0.005)
        return seen

    readers = [asyncio.get_running_loop().create_task(reader(r)) for r in (shop.reads, other.reads)]
    for number in range(10):
        for member in members:
            await shop.buy(f"b{number}-{member}", member, goods(100))
    first, second = await asyncio.gather(*readers)

    assert len(first) == len(set(first)) == 69
    assert set(first) == set(second)


@pytest.mark.parametrize("made_up", ["", "x", "AAAA"])
async def test_a_made_up_cursor_is_refused(shop: Shop, made_up: str) -> None:
    with pytest.raises(CursorInvalid):
        await shop.reads.events(made_up, None, 10)


async def test_a_cursor_of_another_list_is_refused(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    for _ in range(3):
        await shop.adjust(ola, 1)
    entries = await shop.reads.entries(ola, "points", None, 1)

    with pytest.raises(CursorInvalid):
        await shop.reads.events(entries.next, None, 10)
