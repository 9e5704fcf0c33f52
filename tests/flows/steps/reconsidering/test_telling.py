"""Entering and leaving a segment: an event and an occasion, both of the instant."""

import datetime as dt

import pytest

from service.domain.events.outbox import Outbox
from service.domain.holders.types import Holder, Kind
from service.flows.steps.reconsidering import telling
from service.flows.steps.work import Work
from service.kernel.ids import new_id
from service.rules.triggers import Occasion, On
from tests.flows.segment_shop import Segments
from tests.flows.shop import day


def work() -> Work:
    """A member's, on day 5."""
    holder = Holder(new_id(), Kind.MEMBER, None, 0, None, day(0), day(0))
    return Work(holder, day(5), day(5), Outbox())


async def test_each_is_told_under_the_name_of_the_segment_as_of_its_instant(
    segments: Segments,
) -> None:
    one = work()

    telling.entered(segments.ctx, one, 1, day(2))
    telling.left(segments.ctx, one, 2, day(3))

    ref = dt.datetime.isoformat
    assert one.occasions == [
        Occasion(on=On.SEGMENT_ENTER, of="spenders", at=day(2), ref=ref(day(2))),
        Occasion(on=On.SEGMENT_LEAVE, of="drifting", at=day(3), ref=ref(day(3))),
    ]
    assert one.holder.version == 2


async def test_a_number_no_version_has_is_a_mistake(segments: Segments) -> None:
    with pytest.raises(LookupError):
        telling.entered(segments.ctx, work(), 99, day(2))
