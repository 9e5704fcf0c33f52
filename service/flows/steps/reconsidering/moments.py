"""When time alone may change what somebody belongs to: never later than it does."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from service.domain.clubs.membership import Span
from service.flows.steps.standing import Standing
from service.kernel.calendar import Duration, Unit, clock_change, end_of_day, shift
from service.rules.compile import Program
from service.rules.needs import Needs

_EXACT: Final = frozenset({Unit.MINUTE, Unit.HOUR})


def after(
    program: Program,
    at: dt.datetime,
    firsts: Sequence[dt.datetime | None],
    standings: Iterable[Standing],
    spans: Iterable[Span],
) -> dt.datetime | None:
    """The next instant after `at` at which something may be otherwise; None: not by time.

    `firsts`: the first instants that the program's joined windows count, in their order, then those
    of its windows of activities.
    """
    found = [
        *_windows(program, at, firsts),
        *(moment for one in standings for moment in moments(one)),
        *(moment for one in spans for moment in (one.from_at, one.until_at) if moment is not None),
    ]
    if any(needs.by_day for needs in _needs(program)):
        found.append(_midnight(program, at))
    return min((moment for moment in found if moment > at), default=None)


def _needs(program: Program) -> Iterator[Needs]:
    yield from (one.needs for one in program.segments.values())
    yield from (one.needs for one in program.clubs.values())


def _windows(
    program: Program, at: dt.datetime, firsts: Sequence[dt.datetime | None]
) -> Iterator[dt.datetime]:
    lengths = [window.within for window in program.joined_windows]
    lengths += [window.within for window in program.joined_activity_windows]
    for within, first in zip(lengths, firsts, strict=True):
        if first is not None and within is not None:
            found = [moment for moment in _leaves(program, first, within) if moment > at]
            yield min(found) if found else _midnight(program, at)


def _leaves(program: Program, first: dt.datetime, within: Duration) -> Iterator[dt.datetime]:
    """When the first instant may be in the window no more.

    Months have several lengths: what is in the window still after all of these (31 January, on 28
    February) leaves it at some midnight later. And where the clocks change an hour is skipped or
    comes twice, so that a window which begins or ends there lets go sooner or later by that much.
    """
    tz = program.tz
    moment = shift(first, within, tz)
    yield moment
    if within.unit in _EXACT:
        return
    began, ends = (clock_change(one.astimezone(tz).date(), tz) for one in (first, moment))
    if ends is not None:
        yield ends[0]
    for change in (began, ends):
        if change is not None:
            edges = (moment, shift(change[0], within, tz))
            yield from (edge + way * change[1] for edge in edges for way in (-1, 0, 1))


def _midnight(program: Program, at: dt.datetime) -> dt.datetime:
    return end_of_day(at.astimezone(program.tz).date(), program.tz)


def moments(standing: Standing) -> Iterator[dt.datetime]:
    """When steps and floors begin and end."""
    for step in (*standing.old, *standing.steps):
        yield step.from_at
        for end in (step.until_at, step.valid_until, step.due_at):
            if end is not None:
                yield end
    for floor in standing.floors:
        yield floor.from_at
        if floor.until_at is not None:
            yield floor.until_at
