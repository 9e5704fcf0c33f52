"""change_member: the person's profile and fields, identifiers taken and given up."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from service.domain.events.catalog import MemberChanged
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder
from service.domain.members import store as members
from service.domain.members.errors import (
    AddedAndRemoved,
    IdentifierNotHeld,
    IdentifierTaken,
    LastIdentifier,
    MemberNotFound,
)
from service.domain.members.fields import check_fields
from service.domain.members.identifiers import digest, normalise
from service.domain.members.store import MemberRow
from service.domain.members.types import MemberView, PatchMember, Profile
from service.domain.segments import store as segments
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.gone import refuse_gone
from service.flows.steps.match import check_kinds
from service.flows.steps.member_view import view
from service.flows.steps.occasions import happening
from service.flows.steps.own import refuse_own
from service.flows.steps.purchases import claiming
from service.flows.steps.purchases.claiming import Claim
from service.flows.steps.work import Work
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.calendar import shift
from service.kernel.errors import ExpectedError
from service.kernel.values import Identifier

LOST_MAX: Final = 5


class Command(msgspec.Struct, frozen=True):
    """Changes to one member."""

    actor: Actor
    member_id: uuid.UUID
    body: PatchMember


async def change_members(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[MemberView] or an ExpectedError."""
    del wait  # identifiers may need other holders too: it always waits
    return [await _until_settled(ctx, command) for command in commands]


async def _until_settled(ctx: Context, command: Command) -> Any:
    for _ in range(LOST_MAX):
        try:
            async with ctx.db.transaction() as tx:
                return await _change(tx, ctx, command)
        except RunAgain:
            continue
        except ExpectedError as refusal:
            return refusal
    return BUSY


async def _change(tx: Tx, ctx: Context, command: Command) -> Answer[MemberView]:
    body, member_id = command.body, command.member_id
    refuse_own(command.actor, member_id)  # an identifier brings purchases with it
    await holders.clock(tx, ctx.db.clock_offset)
    now = tx.now or EARLIEST
    document = ctx.programs.at(now).document
    check_kinds(body.add, document.identifiers, "/add")
    check_fields(body.fields, document.member_fields)
    cutoff = shift(now, document.program.claim_max, ctx.programs.tz, -1)
    claims = await _plan(tx, ctx, command, now, cutoff)
    locked = await claiming.lock_unclaimed(tx, ctx, member_id, claims)
    known = await members.members(tx, [member_id])
    if member_id not in known or member_id not in locked:
        raise MemberNotFound
    again = await claiming.plan(tx, ctx, member_id, body.add, now, cutoff)
    if claiming.differ(claims, again):
        raise RunAgain
    holder, row = locked[member_id], known[member_id]
    changed = _patched(row, body)
    await _give_up(tx, ctx, changed, body)
    await claiming.take(tx, member_id, claims, now)
    await _write(tx, holder, row, changed)
    if ctx.programs.has_belonging:
        await segments.mark(tx, [holder.holder_id], tx.now or EARLIEST)
    claimed = await claiming.credit(tx, ctx, holder, claims, locked, command.actor, now)
    if changed.profile.birth_date != row.profile.birth_date:
        today = happening.birthday(changed, now, ctx.programs.tz)
        await happening.decide(tx, ctx, holder, today, now)
    return Answer(await view(tx, ctx, changed, holder, claimed=claimed))


async def _plan(
    tx: Tx, ctx: Context, command: Command, now: dt.datetime, cutoff: dt.datetime
) -> list[Claim]:
    """IdentifierTaken; MergedAway, MemberErased: it may be theirs whom the member is now."""
    member_id = command.member_id
    try:
        return await claiming.plan(tx, ctx, member_id, command.body.add, now, cutoff)
    except IdentifierTaken:
        refuse_gone((await holders.find(tx, [member_id])).values())
        raise


def _patched(row: MemberRow, body: PatchMember) -> MemberRow:
    profile = {
        name: value
        for name in Profile.__struct_fields__
        if (value := getattr(body.profile, name)) is not msgspec.UNSET
    }
    fields = {**row.fields, **body.fields}
    removed = {(i.kind, normalise(i)) for i in body.remove}
    held = {(i.kind, normalise(i)) for i in row.identifiers}
    added = {(i.kind, normalise(i)) for i in body.add}
    for n, identifier in enumerate(body.remove):
        if (identifier.kind, normalise(identifier)) in added:
            raise AddedAndRemoved(kind=identifier.kind, pointer=f"/remove/{n}")
        if (identifier.kind, normalise(identifier)) not in held:
            raise IdentifierNotHeld(kind=identifier.kind, pointer=f"/remove/{n}")
    kept: list[Identifier] = [i for i in row.identifiers if (i.kind, normalise(i)) not in removed]
    kept += [i for i in dict.fromkeys(body.add) if (i.kind, normalise(i)) not in held - removed]
    if not kept:
        raise LastIdentifier
    return MemberRow(
        row.holder_id,
        row.enrolled_at,
        msgspec.structs.replace(row.profile, **profile),
        {name: value for name, value in fields.items() if value is not None},
        tuple(kept),
    )


async def _give_up(tx: Tx, ctx: Context, row: MemberRow, body: PatchMember) -> None:
    """The identifiers are nobody's from now on."""
    wanted = [digest(ctx.secret, i) for i in body.remove]
    if not wanted:
        return
    for owned in (await members.ownerships(tx, wanted)).values():
        for one in owned:
            if (one.merged_into or one.holder_id) == row.holder_id and one.until_at is None:
                await members.end_identifier(tx, one, tx.now or EARLIEST)


async def _write(tx: Tx, holder: Holder, old: MemberRow, new: MemberRow) -> None:
    names = tuple(
        name
        for name in ("profile", "fields", "identifiers")
        if getattr(old, name) != getattr(new, name)
    )
    if not names:
        return
    await members.update_profile(tx, new)
    outbox = Outbox()
    now = tx.now or EARLIEST
    work = Work(holder, now, now, outbox)
    work.emit(MemberChanged(member_id=new.holder_id, changed=names), now)
    await holders.update(tx, [holder])
    await outbox.write(tx)
