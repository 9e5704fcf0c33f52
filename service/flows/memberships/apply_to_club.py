"""apply_to_club: a member asks to be let in; with a code also to a hidden club."""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.clubs import applications, codes, steps
from service.domain.clubs.applications import Application, State
from service.domain.clubs.errors import AlreadyInClub, ClubNotFound, EntryNotOffered
from service.domain.clubs.stays import ApplicationView, ApplyToClub
from service.domain.clubs.steps import What
from service.domain.clubs.types import CodeLets, CodeRow
from service.domain.events.club_stays import ClubApplied
from service.domain.holders import store as holders
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import applying, coding, knowing, staying
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.ids import new_id
from service.rules.clubs import Club


class Command(msgspec.Struct, frozen=True):
    """The member who asks."""

    actor: Actor
    club_id: str
    body: ApplyToClub


async def apply_all(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ApplicationView], an ExpectedError, or BUSY."""

    async def apply(tx: Tx, command: Command) -> Answer[ApplicationView]:
        return await _apply(tx, ctx, command, wait=wait)

    results = await apart.each(ctx, commands, apply)
    for command, result in zip(commands, results, strict=True):
        await coding.count_wrong(ctx, command.actor, command.club_id, command.body, result)
    return results


async def _apply(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ApplicationView]:
    """Sent again while it is open it changes nothing. Who is banned is told of no such club."""
    actor, body = command.actor, command.body
    await holders.clock(tx, ctx.db.clock_offset)
    await coding.refuse_if_locked(tx, ctx, body)
    works = await knowing.lock(tx, ctx, actor, [body.member], wait=wait)
    circle = await knowing.circle(tx, ctx, command.club_id, works[body.member])
    code = await coding.shown(tx, ctx, circle, body, CodeLets.APPLY)
    club = _open_to(circle, code, command)
    asked = await applications.open_of(tx, circle.member_id, club.number)
    if asked is not None:
        return Answer(applying.view(club, asked), replayed=True)
    asked = await _ask(tx, circle, club, code, command)
    await knowing.write(tx, works)
    return Answer(applying.view(club, asked))


def _open_to(circle: Circle, code: CodeRow | None, command: Command) -> Club:
    """ClubNotFound, AlreadyInClub, EntryNotOffered.

    A code that is no good leads nowhere, also to a visible club; but it may be the one that was
    good the first time.
    """
    club = coding.known(circle, code, command.actor)
    if circle.is_banned:
        raise ClubNotFound
    if staying.is_in(circle):
        raise AlreadyInClub
    if command.body.code is not None and code is None and not circle.has_applied:
        raise ClubNotFound
    if club.application() is None:
        raise EntryNotOffered(entry="application")
    return club


async def _ask(
    tx: Tx, circle: Circle, club: Club, code: CodeRow | None, command: Command
) -> Application:
    """A use of the code; the history says whose it was."""
    work, actor = circle.work, command.actor
    asked = Application(
        circle.member_id,
        new_id(),
        club.number,
        State.OPEN,
        command.body.words,
        work.at,
        None,
        None,
        None if code is None else code.code_id,
    )
    await applications.insert(tx, asked, actor)
    if code is not None:
        await codes.use(tx, code.digest)
    inviter = None if code is None else code.inviter
    noted = staying.step(
        circle, What.APPLIED, actor, by_member=inviter, source=asked.application_id
    )
    await steps.note(tx, [noted])
    work.emit(ClubApplied(club=club.id, application_id=asked.application_id), work.at)
    return asked
