"""Segments that are not what the conditions say are found."""

import datetime as dt
from collections.abc import AsyncIterator

import asyncpg
import pytest

from service.infra.db import Database
from service.verify.report import Check
from tests.databases import Server
from tests.flows.segment_shop import SEGMENTS, Segments
from tests.flows.shop import Shop, goods
from tests.verify.breaking import Broken


@pytest.fixture
async def broken_segments(server: Server) -> AsyncIterator[Broken]:
    """Members looked at just now, by the clock as it is, in the hands of a superuser."""
    fresh = server.create()
    db = await Database.open(fresh.url)
    shop = await Shop.open(db)
    db.clock_offset = dt.timedelta()
    await shop.publish(SEGMENTS)
    await shop.built.start()
    segments = Segments(shop)
    await segments.sweep()
    spending, idle = [await segments.member(number) for number in ("1", "2")]
    await shop.buy("now", spending, goods(12_000))
    await segments.look()
    assert await segments.belongs(spending) >= {"spenders", "monthly"}
    assert await segments.belongs(idle) == set()
    await shop.built.gate.drain()
    await db.close()
    async with Broken.open(fresh) as opened:
        yield opened
    server.drop(fresh)


async def test_what_was_looked_at_is_as_it_should_be(broken_segments: Broken) -> None:
    assert Check.SEGMENTS not in await broken_segments.said()


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (
            "update segment_span set until_at = now() where segment = 1",
            "does not belong to segment 1",
        ),
        ("update purchase set net = 1", "belongs to segment 1, by its condition it does not"),
        ("update purchase set net = 1", "the rule of club 1 is stored as true, and is not"),
        (
            "delete from segment_span where segment = -1",
            "the rule of club 1 is true, and not stored as such",
        ),
        (
            (
                "insert into segment_span select holder_id, segment, from_at - interval '1 h',"
                " from_at + interval '1 s', now() from segment_span where segment = 1"
            ),
            "but until then they belonged to it",
        ),
        ("update segment_check set checked_at = null", "but were never looked at"),
    ],
)
async def test_a_wrong_segment_is_found(statement: str, text: str, broken_segments: Broken) -> None:
    assert text in (await broken_segments.said(statement))[Check.SEGMENTS]


async def test_of_whom_a_look_is_due_nothing_is_said(broken_segments: Broken) -> None:
    said = await broken_segments.said(
        "update purchase set net = 1", "update segment_check set due_at = now()"
    )

    assert Check.SEGMENTS not in said


async def test_nobody_belongs_to_a_segment_twice(broken_segments: Broken) -> None:
    with pytest.raises(asyncpg.UniqueViolationError, match="segment_span_open"):
        await broken_segments.run(
            "insert into segment_span select holder_id, segment, from_at + interval '1 s', null,"
            " now() from segment_span where segment = 1"
        )
