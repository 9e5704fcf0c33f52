"""run_schedules: birthdays, anniversaries and units about to lapse become occasions on their day.

For each kind that rules ask about a row says how far it was gone through: whole local days, and of
the next one the members in order of id. A chunk of members is left to `run_occasions` and the row
moved in one transaction, under the row's lock: no worker does a chunk twice, none waits for
another, and a job that was down for days goes through every one of them, by the program of each.
(Units are announced as the lots are then: what another late occasion gives is not there yet.) A
kind begins on the day from which a version with rules for it was first in force and published.
"""

import datetime as dt
import uuid
from typing import Final

from service.domain.holders import store as holders
from service.domain.occasions import schedules
from service.domain.occasions import store as occasions
from service.domain.occasions.days import anniversaries, born_on
from service.domain.occasions.types import Scheduled
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.kernel.calendar import shift, start_of_day
from service.rules.compile import Program
from service.rules.triggers import Occasion, On, Trigger

ROWS_MAX: Final = 5_000
_BY_CALENDAR: Final = (On.BIRTHDAY, On.ANNIVERSARY, On.POINTS_EXPIRING)
_DAY: Final = dt.timedelta(days=1)
_TICK: Final = dt.timedelta(microseconds=1)


async def run_schedules(ctx: Context) -> int:
    """One chunk of each kind that has a day to go through; answers how many had."""
    done = 0
    for key, trigger in _kinds(ctx).items():
        async with ctx.db.transaction() as tx:
            await holders.clock(tx, ctx.db.clock_offset)
            done += await _advance(tx, ctx, key, trigger)
    return done


def _kinds(ctx: Context) -> dict[str, Trigger]:
    found: dict[str, Trigger] = {}
    for program in ctx.programs.compiled:
        for key, rules in program.triggers.items():
            trigger = rules[0].rule.trigger
            if trigger.on in _BY_CALENDAR:
                found[key] = trigger
    return found


async def _advance(tx: Tx, ctx: Context, key: str, trigger: Trigger) -> int:
    """Go through a chunk of the next day, if that has begun and nobody else is at it."""
    row = await schedules.lock(tx, key)
    if row is None:
        await schedules.begin(tx, key, _eve(ctx, key))
        row = await schedules.lock(tx, key)
    now = tx.now or EARLIEST
    if row is None or row.done_on >= now.astimezone(ctx.programs.tz).date():
        return 0
    day = row.done_on + _DAY
    at = start_of_day(day, ctx.programs.tz)
    program = ctx.programs.at(at)
    found: list[occasions.Due] = []
    if key in program.triggers:
        found = await _of_day(tx, program, trigger, day, row.done_to)
    await occasions.leave(tx, found, now)
    whole = len(found) < ROWS_MAX
    to = Scheduled(day, None) if whole else Scheduled(row.done_on, found[-1][0])
    await schedules.move(tx, key, to)
    return 1


def _eve(ctx: Context, key: str) -> dt.date:
    """The day before rules with this trigger were first in force."""
    first = next(n for n, program in enumerate(ctx.programs.compiled) if key in program.triggers)
    row = ctx.programs.rows[first]
    begins = max(row.effective_from, row.published_at)
    return begins.astimezone(ctx.programs.tz).date() - _DAY


async def _of_day(
    tx: Tx, program: Program, trigger: Trigger, day: dt.date, after: uuid.UUID | None
) -> list[occasions.Due]:
    """The next members whose occasion the day is, in order of id."""
    at = start_of_day(day, program.tz)
    if trigger.on is On.POINTS_EXPIRING:
        return await _expiring(tx, program, trigger, day, after)
    if trigger.on is On.BIRTHDAY:
        members = await schedules.born_on(tx, born_on(day), after, ROWS_MAX)
    else:
        first = await schedules.first_enrolled(tx)
        spans = [] if first is None else anniversaries(day, first, program.tz)
        members = await schedules.enrolled_in(tx, spans, after, ROWS_MAX)
    one = Occasion(on=trigger.on, at=at, ref=day.isoformat())
    return [(member, one) for member in members]


async def _expiring(
    tx: Tx, program: Program, trigger: Trigger, day: dt.date, after: uuid.UUID | None
) -> list[occasions.Due]:
    """Whose units lapse on the local day that is `before` ahead; one occasion of that day."""
    wallet = program.wallets[trigger.of]
    at = start_of_day(day, program.tz)
    if trigger.before is None:
        raise AssertionError("how long before is not said")
    on = shift(at, trigger.before, program.tz).astimezone(program.tz).date()
    # what expires with the start of a day was usable until the end of the day before
    span = (start_of_day(on, program.tz) + _TICK, start_of_day(on + _DAY, program.tz) + _TICK)
    found = await schedules.expiring_in(tx, wallet.number, span, after, ROWS_MAX)
    return [
        (
            holder_id,
            Occasion(
                on=trigger.on,
                of=trigger.of,
                before=trigger.before,
                at=at,
                ref=on.isoformat(),
                attributes={"amount": amount, "on": on.isoformat()},
            ),
        )
        for holder_id, amount in found
    ]
