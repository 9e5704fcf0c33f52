"""attach_purchase: "I forgot my card". A purchase of nobody known is a member's after all.

By the rules of its own day, as when an identifier is claimed; prices are not decided again. One
that has a member already moves to another one, when the caller may do that and says whose it is, so
that of two who move it at once one does. What the first member had of it is taken back
(steps/moving.py).
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from service.domain.holders import store as holders
from service.domain.holders.types import Holder
from service.domain.holders.types import Kind as HolderKind
from service.domain.members.errors import MemberNotFound
from service.domain.operations import store as operations
from service.domain.operations.store import Kind, attached_by
from service.domain.purchases import merging
from service.domain.purchases import store as purchases
from service.domain.purchases.errors import (
    BelongsToAnother,
    ClaimedTooLate,
    PurchaseNotFound,
    PurchaseVoid,
)
from service.domain.purchases.stored import Flag, Purchase
from service.domain.purchases.types import AttachPurchase, MovedFrom, Receipt
from service.flows.steps import hiding, idempotency
from service.flows.steps.checkout.asking import named
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.gone import refuse_erased, refuse_gone
from service.flows.steps.match import Look, Match, check_kinds
from service.flows.steps.own import refuse_own
from service.flows.steps.purchases import (
    crediting,
    moving,
)
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.calendar import shift
from service.kernel.errors import ExpectedError

LOST_MAX: Final = 5
MOVE: Final = "purchases:move"


class Command(msgspec.Struct, frozen=True):
    """A purchase to be attached to a member, or moved; `key` is an optional idempotency key."""

    actor: Actor
    purchase_id: uuid.UUID
    body: AttachPurchase
    key: str | None = None


async def attach_purchases(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[Receipt], an ExpectedError, or BUSY."""
    return [await _one(ctx, command, wait=wait) for command in commands]


async def _one(ctx: Context, command: Command, *, wait: bool) -> Any:
    for _ in range(LOST_MAX):
        try:
            async with ctx.db.transaction() as tx:
                await holders.clock(tx, ctx.db.clock_offset)
                fp = _fingerprint(command)
                known = await idempotency.stored(tx, command.actor, command.key, fp, Receipt)
                if known is not None:
                    return Answer(known, replayed=True)
                return await _attach(tx, ctx, command, wait=wait)
        except RunAgain:
            continue
        except ExpectedError as refusal:
            return refusal
    return BUSY


def _fingerprint(command: Command) -> bytes:
    return idempotency.fingerprint("attach_purchase", str(command.purchase_id), command.body)


async def _attach(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Any:
    bought = await _find(tx, command.purchase_id)  # first: else it could be asked who is a member
    member_id, home = await _member(tx, ctx, command)
    refuse_own(command.actor, member_id, bought.holder_id)
    if bought.holder_id == member_id:
        return Answer(hiding.told_receipt(ctx, bought), replayed=True)
    locked, _ = await holders.lock(
        tx, {bought.holder_id, member_id}, wait=wait, clock_offset=ctx.db.clock_offset
    )
    member, other = locked.get(member_id), locked.get(bought.holder_id)
    if member is None or other is None:
        return BUSY
    refuse_erased([member, other])
    again = await _find(tx, command.purchase_id)
    if again.holder_id != bought.holder_id or member.merged_into is not None:
        raise RunAgain  # it was claimed or moved this moment, or one of them merged
    moved = await _credit(tx, ctx, command, again, (other, member))
    if home is not None:
        await merging.set_home(tx, member_id, command.purchase_id, home)
    done = hiding.told_receipt(ctx, await _find(tx, command.purchase_id))
    done = msgspec.structs.replace(done, moved=moved)
    await idempotency.keep(tx, command.actor, command.key, _fingerprint(command), member_id, done)
    return Answer(done)


async def _credit(
    tx: Tx, ctx: Context, command: Command, bought: Purchase, locked: tuple[Holder, Holder]
) -> MovedFrom | None:
    """From the first of the holders to the second; a return may have come since it was asked."""
    other, member = locked
    now, actor = tx.now or EARLIEST, command.actor
    is_from = other.holder_id if other.kind is HolderKind.MEMBER else None
    if is_from != command.body.from_member or (is_from is not None and not actor.may(MOVE)):
        await _check_gone(tx, command.body.from_member)
        raise BelongsToAnother
    _check(ctx, bought, now)
    if is_from is None:
        await crediting.credit_one(tx, ctx, member, other, bought, actor, now)
        op_id, why, kind = attached_by(bought.purchase_id), command.body.reason, Kind.ATTACHED
        await operations.insert(tx, member.holder_id, op_id, why, actor, member.record(now), kind)
        return None
    moving.check(ctx, bought)
    return await moving.move(tx, ctx, other, member, bought, actor, command.body.reason)


async def _member(tx: Tx, ctx: Context, command: Command) -> tuple[uuid.UUID, uuid.UUID | None]:
    """Whose it shall be, and its home if that is another; MemberNotFound, UnknownIdentifierKind."""
    now = tx.now or EARLIEST
    who = named(command.body.member, now)
    check_kinds(who.identifiers, ctx.programs.at(now).document.identifiers, "/member")
    look = Look(ctx, [who])
    await tx.ask_all(look.questions)
    found = look.of(who, now)
    if isinstance(found, ExpectedError):
        raise found
    if not isinstance(found, Match):
        raise MemberNotFound
    kind = (await holders.find(tx, [found.holder_id]))[found.holder_id].kind
    if kind != HolderKind.MEMBER:
        raise MemberNotFound
    return found.holder_id, found.home


async def _check_gone(tx: Tx, member_id: uuid.UUID | None) -> None:
    """MemberErased, MergedAway: whose it was said to be is somebody else now."""
    if member_id is not None:
        refuse_gone((await holders.find(tx, [member_id])).values())


async def _find(tx: Tx, purchase_id: uuid.UUID) -> Purchase:
    found = await purchases.by_ids(tx, [purchase_id])
    if purchase_id not in found:
        raise PurchaseNotFound
    return found[purchase_id]


def _check(ctx: Context, bought: Purchase, now: dt.datetime) -> None:
    """PurchaseVoid, ClaimedTooLate."""
    if Flag.VOID in bought.flags:
        raise PurchaseVoid
    claim_max = ctx.programs.at(bought.occurred_at).document.program.claim_max
    earliest = shift(now, claim_max, ctx.programs.tz, -1)
    if bought.occurred_at < earliest:
        raise ClaimedTooLate(earliest=earliest)
