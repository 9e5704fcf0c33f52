"""make_club_code: a code that lets people in, or apply, for whoever it is shown to.

The same request under the same key shows the same code again; nobody else is ever shown it.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.audit.acts import Act
from service.domain.clubs import codes, steps
from service.domain.clubs.steps import Step, What
from service.domain.clubs.types import ClubCodeView, CodeLets, CodeRow, MakeClubCode
from service.domain.events.clubs import ClubCodeMade
from service.domain.holders import store as holders
from service.flows.steps import auditing, idempotency
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import inviting, knowing, views
from service.flows.steps.clubs.inviting import Asker
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.calendar import shift
from service.kernel.codes import tail
from service.kernel.ids import new_id


class Command(msgspec.Struct, frozen=True):
    """A code to be made under an idempotency key."""

    actor: Actor
    club_id: str
    body: MakeClubCode
    key: str


async def make_codes(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubCodeView], an ExpectedError, or BUSY."""

    async def make(tx: Tx, command: Command) -> Answer[ClubCodeView]:
        return await _make(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, make)


async def _make(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubCodeView]:
    """What is kept under the key holds no code."""
    actor, body = command.actor, command.body
    fp = idempotency.fingerprint("make_club_code", command.club_id, body)
    known = await idempotency.stored(tx, actor, command.key, fp, ClubCodeView)
    if known is not None:
        return Answer(views.with_code(ctx.secret, known), replayed=True)
    await holders.clock(tx, ctx.db.clock_offset)
    by = inviting.asking_member(actor, body.by)
    works = await knowing.lock(tx, ctx, actor, [] if by is None else [by], wait=wait)
    asker = await inviting.asker(tx, ctx, command.club_id, actor, works, by)
    if body.lets is CodeLets.APPLY:
        asker.check_applications(actor)
    else:
        await asker.check_left(tx, body.uses_max)
    row = _row(ctx, command, asker, tx.now or EARLIEST)
    await codes.insert(tx, row)
    await _note(tx, asker, row, actor)
    view = views.code(asker.club, row)
    await knowing.write(tx, works)
    await idempotency.keep(tx, actor, command.key, fp, by, view)
    if by is None:
        await auditing.note_club(
            tx,
            actor,
            Act.CLUB_CODE_MADE,
            asker.club.id,
            None,
            {
                "code_id": row.code_id,
                "lets": row.lets,
                "uses_max": row.uses_max,
                "until": row.due_at,
            },
        )
    return Answer(views.with_code(ctx.secret, view))


def _row(ctx: Context, command: Command, asker: Asker, now: dt.datetime) -> CodeRow:
    """ClubInstantInvalid."""
    body, code_id = command.body, new_id()
    until = inviting.checked(body.until, now)
    if until is None:
        until = shift(now, asker.club.offer_for, ctx.programs.tz)
    code = codes.derive(ctx.secret, code_id)
    return CodeRow(
        digest=codes.digest(ctx.secret, code),
        code_id=code_id,
        club=asker.club.number,
        tail=tail(code),
        inviter=asker.member_id,
        uses_max=body.uses_max,
        made_at=now,
        due_at=until,
        note=body.note,
        actor_kind=int(command.actor.kind),
        actor_id=command.actor.id,
        applies=body.lets is CodeLets.APPLY,
    )


async def _note(tx: Tx, asker: Asker, row: CodeRow, actor: Actor) -> None:
    """It stands in the history of the member who made it; of others its own row says who did."""
    if asker.circle is None:
        return
    work = asker.circle.work
    step = Step(
        holder_id=asker.circle.member_id,
        club=row.club,
        kind=What.CODE_MADE,
        occurred_at=work.at,
        recorded_at=work.now,
        actor=actor,
        source=row.code_id,
        note=row.note,
    )
    await steps.note(tx, [step])
    event = ClubCodeMade(
        club=asker.club.id,
        code_id=row.code_id,
        lets=row.lets.value,
        uses_max=row.uses_max,
        until=row.due_at,
    )
    work.emit(event, work.at)


def gate_key(actor: Actor, by: uuid.UUID | None, key: str) -> tuple[str, ...]:
    """One at a time per member, or per key of a caller."""
    return ("holder", str(by)) if by else ("club code key", str(actor.client_id), key)
