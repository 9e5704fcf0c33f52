"""attach_purchase: "I forgot my card". A purchase of nobody known is a member's after all.

By the rules of its own day, as when an identifier is claimed; prices are not decided again. One
that has a member already stays theirs: void it and record it anew where it was wrong.
"""

import uuid
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.members.errors import MemberNotFound
from service.domain.purchases import store as purchases
from service.domain.purchases.errors import (
    BelongsToAnother,
    ClaimedTooLate,
    PurchaseNotFound,
    PurchaseVoid,
)
from service.domain.purchases.stored import Flag, Purchase, receipt
from service.domain.purchases.types import AttachPurchase
from service.flows.steps import claiming
from service.flows.steps.asking import named
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.match import Look, Match, check_kinds
from service.flows.steps.purchase import RunAgain
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.calendar import shift
from service.kernel.errors import ExpectedError

LOST_MAX: Final = 5


class Command(msgspec.Struct, frozen=True):
    """A purchase to be attached to a member."""

    actor: Actor
    purchase_id: uuid.UUID
    body: AttachPurchase


async def attach_purchases(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[Receipt], an ExpectedError, or BUSY."""
    return [await _one(ctx, command, wait=wait) for command in commands]


async def _one(ctx: Context, command: Command, *, wait: bool) -> Any:
    for _ in range(LOST_MAX):
        try:
            async with ctx.db.transaction() as tx:
                return await _attach(tx, ctx, command, wait=wait)
        except RunAgain:
            continue
        except ExpectedError as refusal:
            return refusal
    return BUSY


async def _attach(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Any:
    await holders.clock(tx, ctx.db.clock_offset)
    member_id = await _member(tx, ctx, command)
    bought = await _find(tx, command.purchase_id)
    if bought.holder_id == member_id:
        return Answer(receipt(bought), replayed=True)
    locked, _ = await holders.lock(
        tx, {bought.holder_id, member_id}, wait=wait, clock_offset=ctx.db.clock_offset
    )
    member, nobody = locked.get(member_id), locked.get(bought.holder_id)
    if member is None or nobody is None:
        return BUSY
    if (await _find(tx, command.purchase_id)).holder_id != bought.holder_id:
        raise RunAgain  # it was claimed this moment
    now = tx.now or EARLIEST
    _check(ctx, bought, nobody, tx)
    await claiming.credit_one(tx, ctx, member, nobody, bought, command.actor, now)
    return Answer(receipt(await _find(tx, command.purchase_id)))


async def _member(tx: Tx, ctx: Context, command: Command) -> uuid.UUID:
    """Whose it shall be; MemberNotFound, UnknownIdentifierKind."""
    now = tx.now or EARLIEST
    who = named(command.body.member, now)
    check_kinds(who.identifiers, ctx.programs.at(now).document.identifiers, "/member")
    look = Look(ctx, [who])
    await tx.ask_all(look.questions)
    found = look.of(who, now)
    if not isinstance(found, Match):
        raise MemberNotFound
    kind = (await holders.find(tx, [found.holder_id]))[found.holder_id][1]
    if kind != Kind.MEMBER:
        raise MemberNotFound
    return found.holder_id


async def _find(tx: Tx, purchase_id: uuid.UUID) -> Purchase:
    found = await purchases.by_ids(tx, [purchase_id])
    if purchase_id not in found:
        raise PurchaseNotFound
    return found[purchase_id]


def _check(ctx: Context, bought: Purchase, nobody: Holder, tx: Tx) -> None:
    """BelongsToAnother, PurchaseVoid, ClaimedTooLate."""
    if nobody.kind is not Kind.UNCLAIMED:
        raise BelongsToAnother
    if Flag.VOID in bought.flags:
        raise PurchaseVoid
    claim_max = ctx.programs.at(bought.occurred_at).document.program.claim_max
    earliest = shift(tx.now or EARLIEST, claim_max, ctx.programs.tz, -1)
    if bought.occurred_at < earliest:
        raise ClaimedTooLate(earliest=earliest)
