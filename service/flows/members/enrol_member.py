"""enrol_member: somebody joins; verified identifiers bring along what was bought under them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from service.domain.events.catalog import MemberEnrolled
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.members import store as members
from service.domain.members.fields import check_fields
from service.domain.members.store import MemberRow
from service.domain.members.types import Enrol, MemberView
from service.domain.segments import store as segments
from service.flows.steps import idempotency
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.match import check_kinds
from service.flows.steps.member_view import view
from service.flows.steps.occasions import happening
from service.flows.steps.purchases import claiming
from service.flows.steps.work import Work
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.calendar import shift
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id

LOST_MAX: Final = 5


class Command(msgspec.Struct, frozen=True):
    """A member to enrol; `key` is an optional idempotency key."""

    actor: Actor
    body: Enrol
    key: str | None


def gate_key(body: Enrol) -> tuple[str, ...]:
    """Enrolments and purchases of one identifier go one after another."""
    return ("identifier", body.identifiers[0].kind, body.identifiers[0].value)


async def enrol_members(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[MemberView] or an ExpectedError."""
    del wait  # its holders are new or unclaimed: it always waits
    return [await _until_settled(ctx, command) for command in commands]


async def _until_settled(ctx: Context, command: Command) -> Any:
    for _ in range(LOST_MAX):
        try:
            async with ctx.db.transaction() as tx:
                return await _enrol(tx, ctx, command)
        except RunAgain:
            continue
        except ExpectedError as refusal:
            return refusal
    return BUSY


async def _enrol(tx: Tx, ctx: Context, command: Command) -> Answer[MemberView]:
    body, actor = command.body, command.actor
    await holders.clock(tx, ctx.db.clock_offset)
    now = tx.now or EARLIEST
    fp = idempotency.fingerprint("enrol_member", body)
    known = await idempotency.stored(tx, actor, command.key, fp, MemberView)
    if known is not None:
        return Answer(known, replayed=True)
    document = ctx.programs.at(now).document
    check_kinds(body.identifiers, document.identifiers, "/identifiers")
    check_fields(body.fields, document.member_fields)
    cutoff = shift(now, document.program.claim_max, ctx.programs.tz, -1)
    member_id = new_id()
    claims = await claiming.plan(tx, ctx, member_id, body.identifiers, now, cutoff)
    locked = await claiming.lock_unclaimed(tx, ctx, None, claims)
    again = await claiming.plan(tx, ctx, member_id, body.identifiers, now, cutoff)
    if claiming.differ(claims, again):
        raise RunAgain
    row = MemberRow(member_id, now, body.profile, body.fields, _unique(body))
    await holders.insert(tx, [member_id], Kind.MEMBER, [now], now)
    await members.insert(tx, [row], now)
    await claiming.take(tx, member_id, claims, now)
    holder = Holder(member_id, Kind.MEMBER, None, 0, None, now, now)
    await _announce(tx, holder, row, now)
    if ctx.programs.has_belonging:
        await segments.mark(tx, [member_id], now)
    claimed = await claiming.credit(tx, ctx, holder, claims, locked, actor, now)
    today = happening.birthday(row, now, ctx.programs.tz)
    await happening.decide(tx, ctx, holder, [happening.enrolled(row, now), *today], now)
    shown = await view(tx, ctx, row, holder, claimed=claimed)
    await idempotency.keep(tx, actor, command.key, fp, member_id, shown)
    return Answer(shown)


def _unique(body: Enrol) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(body.identifiers))


async def _announce(tx: Tx, holder: Holder, row: MemberRow, now: dt.datetime) -> None:
    outbox = Outbox()
    work = Work(holder, now, now, outbox)
    work.emit(
        MemberEnrolled(
            member_id=row.holder_id,
            enrolled_at=row.enrolled_at,
            identifier_kinds=tuple(i.kind for i in row.identifiers),
        ),
        now,
    )
    await holders.update(tx, [holder])
    await outbox.write(tx)
