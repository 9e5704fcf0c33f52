"""ban_from_club: a member is out, and nothing lets them in any more until the ban is lifted.

It takes effect now: what they bought in the club before stays as it was. Offers, applications, the
place on the list and the club's ownership end with it.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.audit.acts import Act
from service.domain.clubs import applications, membership, spans, steps
from service.domain.clubs.applications import State
from service.domain.clubs.errors import ClubNotFound
from service.domain.clubs.membership import Ended, Span
from service.domain.clubs.stays import BanMember, ClubStanding
from service.domain.clubs.steps import What
from service.domain.clubs.types import LeftHow, OfferState
from service.domain.events.club_stays import ClubBanned
from service.flows.steps import auditing
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import admitting, applying, entering, knowing, staying
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.clubs.leaving import Dismissal
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.ids import new_id
from service.rules.clubs import Club


class Command(msgspec.Struct, frozen=True):
    """Who is banned, and why."""

    actor: Actor
    club_id: str
    body: BanMember


async def ban_all(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubStanding], an ExpectedError, or BUSY."""

    async def ban(tx: Tx, command: Command) -> Answer[ClubStanding]:
        return await _ban(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, ban)


async def _ban(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubStanding]:
    """Who is banned already stays so, for the first reason."""
    actor, body = command.actor, command.body
    circle, works = await staying.look_named(
        tx, ctx, actor, command.club_id, body.member, wait=wait
    )
    club = circle.club
    if club is None:
        raise ClubNotFound
    if circle.is_banned:
        return Answer(await staying.standing(tx, circle, club), replayed=True)
    await knowing.lock_seats(tx, club, circle.work)
    await _end_all(tx, ctx, circle, club, command)
    await spans.insert(tx, [_span(circle, club, command)])
    await steps.note(tx, [staying.step(circle, What.BANNED, actor, note=body.note)])
    circle.work.emit(ClubBanned(club=club.id), circle.work.at)
    await knowing.write(tx, works)
    await auditing.note_club(tx, actor, Act.CLUB_BANNED, club.id, circle.member_id, {})
    return Answer(await staying.standing(tx, circle, club))


async def _end_all(tx: Tx, ctx: Context, circle: Circle, club: Club, command: Command) -> None:
    actor, work, note = command.actor, circle.work, command.body.note
    gone = Dismissal(work=work, club=club, why=Ended.BANNED, actor=actor, note=note)
    await admitting.dismiss(tx, ctx, [gone])
    offer = circle.open_offer
    if offer is not None:
        await entering.close(tx, work, club, offer, OfferState.WITHDRAWN, actor, note=note)
    if circle.waiting is not None:
        await entering.leave_list(tx, work, club, circle.waiting, LeftHow.BANNED, actor)
    asked = await applications.open_of(tx, circle.member_id, club.number)
    if asked is not None:
        await applying.end(tx, circle, club, asked, State.REJECTED, actor, note=note)


def _span(circle: Circle, club: Club, command: Command) -> Span:
    return Span(
        holder_id=circle.member_id,
        span_id=new_id(),
        club=club.number,
        kind=membership.BAN,
        from_at=circle.work.at,
        note=command.body.note,
        actor_kind=int(command.actor.kind),
        actor_id=command.actor.id,
        recorded_at=circle.work.now,
    )
