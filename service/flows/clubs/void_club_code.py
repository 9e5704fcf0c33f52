"""void_club_code: a code is no good any more; what it has led to stays."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from service.domain.audit.acts import Act
from service.domain.clubs import codes, steps
from service.domain.clubs.errors import ClubCodeNotFound
from service.domain.clubs.steps import Step, What
from service.domain.clubs.types import ByWhom, ClubCodeView, CodeRow
from service.domain.events.clubs import ClubCodeVoided
from service.domain.holders import store as holders
from service.flows.steps import auditing
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import inviting, knowing, views
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor, shown
from service.kernel.answer import Answer
from service.rules.clubs import Club


class Command(msgspec.Struct, frozen=True):
    """A code to be voided, by its id."""

    actor: Actor
    club_id: str
    code_id: uuid.UUID
    body: ByWhom


async def void_codes(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubCodeView], an ExpectedError, or BUSY."""

    async def void(tx: Tx, command: Command) -> Answer[ClubCodeView]:
        return await _void(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, void)


async def _void(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubCodeView]:
    """Sent again it changes nothing."""
    actor = command.actor
    await holders.clock(tx, ctx.db.clock_offset)
    by = inviting.asking_member(actor, command.body.by)
    club = knowing.club_named(ctx, command.club_id, tx.now or EARLIEST)
    row = await codes.find(tx, knowing.number_of(club), command.code_id)
    inviter = None if row is None else row.inviter
    people = {one for one in (by, inviter) if one is not None}
    works = await knowing.lock(tx, ctx, actor, people, wait=wait)
    asker = await inviting.asker(tx, ctx, command.club_id, actor, works, by)
    if row is None or not asker.may_touch(row.inviter):
        raise ClubCodeNotFound
    now = await codes.lock(tx, row.club, row.digest)
    assert now is not None  # noqa: S101  # nothing deletes it
    if now.voided_at is not None:
        return Answer(views.code(asker.club, now), replayed=True)
    at = tx.now or EARLIEST
    await codes.void(tx, now.digest, at, shown(actor.kind, actor.id))
    await _note(tx, asker.club, now, works, command)
    await knowing.write(tx, works)
    if by is None:
        await auditing.note_club(
            tx, actor, Act.CLUB_CODE_VOIDED, asker.club.id, row.inviter, {"code_id": row.code_id}
        )
    return Answer(views.code(asker.club, msgspec.structs.replace(now, voided_at=at)))


async def _note(
    tx: Tx, club: Club, row: CodeRow, works: Mapping[uuid.UUID, Work], command: Command
) -> None:
    """With the member whose code it is; of others the code's own row says who did it."""
    if row.inviter is None:
        return
    work = works[row.inviter]
    step = Step(
        holder_id=row.inviter,
        club=row.club,
        kind=What.CODE_VOIDED,
        occurred_at=work.at,
        recorded_at=work.now,
        actor=command.actor,
        by_member=command.body.by,
        source=row.code_id,
        note=command.body.note,
    )
    await steps.note(tx, [step])
    work.emit(ClubCodeVoided(club=club.id, code_id=row.code_id), work.at)
