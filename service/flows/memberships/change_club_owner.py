"""change_club_owner: the club is passed on to somebody who belongs to it, or is nobody's."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.audit.acts import Act
from service.domain.clubs import membership, owners, seats, spans, steps
from service.domain.clubs.errors import ClubNotFound, NotInClub
from service.domain.clubs.stays import ChangeOwner, OwnerView
from service.domain.clubs.steps import Step, What
from service.domain.events.club_stays import ClubOwnerChanged
from service.domain.holders import store as holders
from service.flows.steps import auditing
from service.flows.steps.checkout import apart
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.clubs import knowing
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.rules.clubs import Club


class Command(msgspec.Struct, frozen=True):
    """Who is to own the club."""

    actor: Actor
    club_id: str
    body: ChangeOwner


async def change_owners(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[OwnerView], an ExpectedError, or BUSY."""

    async def change(tx: Tx, command: Command) -> Answer[OwnerView]:
        return await _change(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, change)


async def _change(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[OwnerView]:
    """Whose it is already it stays."""
    actor, body = command.actor, command.body
    await holders.clock(tx, ctx.db.clock_offset)
    club = await _asked(tx, ctx, command)
    owner = await tx.ask(owners.ask_owner(club.number))
    new = None if body.member is None else await knowing.survivor(tx, body.member)
    if owner == new:
        return Answer(OwnerView(club=club.id, owner_id=owner), replayed=True)
    people = {one for one in (owner, new) if one is not None}
    works = await knowing.lock(tx, ctx, actor, people, wait=wait)
    await seats.lock(tx, [club.number], tx.now or EARLIEST)
    if await tx.ask(owners.ask_owner(club.number)) != owner:
        raise RunAgain
    if new is not None:
        theirs = (await tx.ask(spans.ask_spans([new]))).get(new, [])
        if not membership.belongs(theirs, club.number, works[new].at):
            raise NotInClub
    await owners.change(tx, club.number, new, actor, tx.now or EARLIEST)
    for member_id, work in works.items():
        await _tell(tx, club, work, command, owns=member_id == new)
    await knowing.write(tx, works)
    if body.by is None:
        await auditing.note_club(tx, actor, Act.CLUB_OWNER_CHANGED, club.id, new, {"before": owner})
    return Answer(OwnerView(club=club.id, owner_id=new))


async def _asked(tx: Tx, ctx: Context, command: Command) -> Club:
    """ClubNotFound for whoever does not own it; ScopeMissing for whoever does not manage clubs."""
    by = command.body.by
    if by is None:
        knowing.must_manage(command.actor)
    club = knowing.club_named(ctx, command.club_id, tx.now or EARLIEST)
    owner = None if by is None else await knowing.survivor(tx, by)
    if club is None:
        raise ClubNotFound
    if owner is not None and await tx.ask(owners.ask_owner(club.number)) != owner:
        raise ClubNotFound
    return club


async def _tell(tx: Tx, club: Club, work: Work, command: Command, *, owns: bool) -> None:
    by: uuid.UUID | None = command.body.by
    noted = Step(
        holder_id=work.holder.holder_id,
        club=club.number,
        kind=What.OWNER if owns else What.OWNER_ENDED,
        occurred_at=work.at,
        recorded_at=work.now,
        actor=command.actor,
        by_member=by,
    )
    await steps.note(tx, [noted])
    work.emit(ClubOwnerChanged(club=club.id, owns=owns), work.at)
