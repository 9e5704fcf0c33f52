"""Entering and leaving a segment, told at their instants."""

import datetime as dt

from service.domain.events.segments import SegmentEntered, SegmentLeft
from service.flows.steps.context import Context
from service.flows.steps.work import Work
from service.rules.triggers import Occasion, On


def entered(ctx: Context, work: Work, number: int, at: dt.datetime) -> None:
    """The member belongs to the segment from then on."""
    name = _name(ctx, number)
    work.emit(SegmentEntered(segment=name), at)
    work.occasions.append(_occasion(On.SEGMENT_ENTER, name, at))


def left(ctx: Context, work: Work, number: int, at: dt.datetime) -> None:
    """The member does not any more."""
    name = _name(ctx, number)
    work.emit(SegmentLeft(segment=name), at)
    work.occasions.append(_occasion(On.SEGMENT_LEAVE, name, at))


def _occasion(on: On, name: str, at: dt.datetime) -> Occasion:
    return Occasion(on=on, of=name, at=at, ref=at.isoformat())


def _name(ctx: Context, number: int) -> str:
    """Of the newest version that has it: one that was removed is left by its name."""
    for program in reversed(ctx.programs.compiled):
        if number in program.segments_by_number:
            return program.segments_by_number[number].id
    raise LookupError(number)
