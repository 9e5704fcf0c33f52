"""Facts of many members without a lock: those that a purchase's own transaction would see."""

import datetime as dt
import uuid
from collections.abc import Sequence

from service.flows.steps.reconsidering.surveying import survey
from service.kernel.ids import new_id
from service.rules.facts import Facts
from tests.flows.segment_shop import Segments
from tests.flows.shop import day


async def surveyed(
    segments: Segments, members: Sequence[uuid.UUID], at: dt.datetime
) -> dict[uuid.UUID, Facts]:
    async with segments.shop.db.transaction(repeatable=True) as tx:
        return await survey(tx, segments.ctx, segments.ctx.programs.at(at), members, at)


async def test_what_happened_at_the_instant_itself_counts(segments: Segments) -> None:
    member = await segments.member("1")
    await segments.spends(member, 100, day(1))
    tick = dt.timedelta(microseconds=1)
    holds = segments.ctx.programs.compiled[-1].segments["spenders"].holds

    found = [
        holds((await surveyed(segments, [member], at))[member])
        for at in (day(1) - tick, day(1), day(31) - dt.timedelta(hours=1) - tick)
    ]
    after = (await surveyed(segments, [member], day(31) - dt.timedelta(hours=1)))[member]

    assert found == [False, True, True]
    assert not holds(after)


async def test_a_term_in_a_club_counts_until_its_end_exactly(segments: Segments) -> None:
    member = await segments.member("1")
    until = day(5)
    await segments.lets_in(member, "tasters", until)

    inside = await surveyed(segments, [member], until - dt.timedelta(microseconds=1))
    outside = await surveyed(segments, [member], until)

    known = [one[member].member for one in (inside, outside)]
    clubs = [one.clubs for one in known if one is not None]
    assert clubs == [("tasters",), ()]


async def test_unknown_ids_are_left_out(segments: Segments) -> None:
    member = await segments.member("1")

    assert set(await surveyed(segments, [member, new_id()], day(1))) == {member}
