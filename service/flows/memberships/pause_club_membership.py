"""pause_club_membership: a member stays away for a time. A term runs on meanwhile."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.clubs import membership, spans, steps
from service.domain.clubs.errors import AlreadyPaused, PauseTooLong
from service.domain.clubs.membership import Span
from service.domain.clubs.stays import ClubStanding, PauseMembership
from service.domain.clubs.steps import What
from service.domain.events.club_stays import ClubPaused
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import knowing, staying
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.calendar import shift
from service.kernel.ids import new_id
from service.rules.clubs import Club


class Command(msgspec.Struct, frozen=True):
    """The member who pauses."""

    actor: Actor
    club_id: str
    body: PauseMembership


async def pause_memberships(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubStanding], an ExpectedError, or BUSY."""

    async def pause(tx: Tx, command: Command) -> Answer[ClubStanding]:
        return await _pause(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, pause)


async def _pause(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubStanding]:
    """Until the same time again it changes nothing."""
    actor, body = command.actor, command.body
    circle, works = await staying.look(tx, ctx, actor, command.club_id, body.member, wait=wait)
    club = staying.must_be_in(circle, actor)
    until = None if body.until is None else body.until.astimezone(dt.UTC)
    paused = membership.paused_at(circle.spans, club.number, circle.work.at)
    if paused is not None:
        if paused.until_at != until:
            raise AlreadyPaused
        return Answer(await staying.standing(tx, circle, club), replayed=True)
    _check(ctx, circle, club, actor, until)
    await spans.insert(tx, [_span(circle, club, actor, until)])
    await steps.note(tx, [staying.step(circle, What.PAUSED, actor)])
    circle.work.emit(ClubPaused(club=club.id, until=until), circle.work.at)
    await knowing.write(tx, works)
    return Answer(await staying.standing(tx, circle, club))


def _check(
    ctx: Context, circle: Circle, club: Club, actor: Actor, until: dt.datetime | None
) -> None:
    """PauseTooLong: later than members may by themselves, or not later than now."""
    now, longest = circle.work.at, club.pause_max
    if until is not None and until <= now:
        raise PauseTooLong(pause_max=None if longest is None else str(longest))
    if knowing.manages(actor):
        return
    if longest is None or until is None or until > shift(now, longest, ctx.programs.tz):
        raise PauseTooLong(pause_max=None if longest is None else str(longest))


def _span(circle: Circle, club: Club, actor: Actor, until: dt.datetime | None) -> Span:
    return Span(
        holder_id=circle.member_id,
        span_id=new_id(),
        club=club.number,
        kind=membership.PAUSE,
        from_at=circle.work.at,
        until_at=until,
        actor_kind=int(actor.kind),
        actor_id=actor.id,
        recorded_at=circle.work.now,
    )
