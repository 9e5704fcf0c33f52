"""decide_club_application: the owner or staff let an applicant in, or do not.

Approved without a free seat it leads to the end of the waiting list.
"""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.access.errors import ScopeMissing
from service.domain.audit.acts import Act
from service.domain.clubs import applications, owners
from service.domain.clubs.applications import Application, State
from service.domain.clubs.errors import (
    ApplicationDecidedOtherwise,
    ApplicationNotFound,
    ClubNotFound,
    NotInClub,
)
from service.domain.clubs.stays import ApplicationView, DecideApplication, Decided
from service.domain.clubs.types import Ground
from service.domain.holders import store as holders
from service.flows.steps import auditing
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import applying, entering, knowing, staying
from service.flows.steps.clubs.entering import Right
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.rules.clubs import Club

APPROVES = "clubs:approve"
_STATES = {Decided.APPROVED: State.APPROVED, Decided.REJECTED: State.REJECTED}


class Command(msgspec.Struct, frozen=True):
    """What is decided of an application."""

    actor: Actor
    club_id: str
    application_id: uuid.UUID
    body: DecideApplication


async def decide_all(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ApplicationView], an ExpectedError, or BUSY."""

    async def decide(tx: Tx, command: Command) -> Answer[ApplicationView]:
        return await _decide(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, decide)


async def _decide(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ApplicationView]:
    """Decided so before it changes nothing; otherwise ApplicationDecidedOtherwise."""
    actor, body = command.actor, command.body
    found = await _found(tx, ctx, command)
    also = [] if body.by is None else [body.by]
    circle, works = await staying.look(
        tx, ctx, actor, command.club_id, found.holder_id, wait=wait, also=also
    )
    club = circle.club
    asked = await applications.find(tx, circle.number, command.application_id)
    if club is None or asked is None:
        raise ApplicationNotFound
    if body.by is not None and await knowing.survivor(tx, body.by) != circle.owner_id:
        raise NotInClub
    if asked.state == _STATES[body.decision]:
        return Answer(applying.view(club, asked), replayed=True)
    if asked.state != State.OPEN:
        raise ApplicationDecidedOtherwise
    ended = await _end(tx, ctx, command, circle, club, asked)
    await knowing.write(tx, works)
    if body.by is None:
        await auditing.note_club(
            tx,
            actor,
            Act.CLUB_APPLICATION_DECIDED,
            club.id,
            circle.member_id,
            {"application_id": asked.application_id, "decision": body.decision},
        )
    return Answer(applying.view(club, ended))


async def _found(tx: Tx, ctx: Context, command: Command) -> Application:
    """Before the lock: whose it is. ScopeMissing, ClubNotFound, ApplicationNotFound."""
    await holders.clock(tx, ctx.db.clock_offset)
    if command.body.by is None and not command.actor.may(APPROVES):
        raise ScopeMissing(scope=APPROVES)
    club = knowing.club_named(ctx, command.club_id, tx.now or EARLIEST)
    if command.body.by is not None:
        owner = await knowing.survivor(tx, command.body.by)
        if club is None or await tx.ask(owners.ask_owner(club.number)) != owner:
            raise ClubNotFound
    if club is None:
        raise ClubNotFound
    found = await applications.find(tx, club.number, command.application_id)
    if found is None:
        raise ApplicationNotFound
    return found


async def _end(
    tx: Tx, ctx: Context, command: Command, circle: Circle, club: Club, asked: Application
) -> Application:
    body, actor = command.body, command.actor
    state = _STATES[body.decision]
    if state is State.APPROVED and not staying.is_in(circle):
        await knowing.lock_seats(tx, club, circle.work)
        right = Right(
            ground=Ground.APPROVAL, actor=actor, source=asked.application_id, note=body.note,
            inviter=body.by,
        )  # fmt: skip
        await entering.enter(tx, ctx, circle, club, right)
    return await applying.end(
        tx, circle, club, asked, state, actor, by_member=body.by, note=body.note
    )
