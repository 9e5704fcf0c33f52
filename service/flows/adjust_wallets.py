"""adjust_wallet: a correction by hand, with its reason; positive gives a lot, negative takes."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.events.catalog import PointsAdjusted
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder
from service.domain.members.errors import MemberNotFound
from service.domain.operations import store as operations
from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.errors import InsufficientPoints, UnknownWallet, ZeroAmount
from service.domain.wallets.types import Adjust, AdjustmentReceipt, Reason
from service.flows.steps import idempotency, tiers, wallets
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.facts import Asked, load_members
from service.flows.steps.work import Work
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from service.rules.document import QualifyBy
from service.rules.expiry import expires_at


class Command(msgspec.Struct, frozen=True):
    """An adjustment of one member's wallet under an idempotency key."""

    actor: Actor
    member_id: uuid.UUID
    body: Adjust
    key: str


async def adjust_wallets(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[AdjustmentReceipt], an ExpectedError, or BUSY."""
    return [await _one(ctx, command, wait=wait) for command in commands]


async def _one(ctx: Context, command: Command, *, wait: bool) -> Any:
    fp = idempotency.fingerprint("adjust_wallet", str(command.member_id), command.body)
    try:
        async with ctx.db.transaction() as tx:
            known = await idempotency.stored(tx, command.actor, command.key, fp, AdjustmentReceipt)
            if known is not None:
                return Answer(known, replayed=True)
            locked, _ = await holders.lock(
                tx, [command.member_id], wait=wait, clock_offset=ctx.db.clock_offset
            )
            holder = locked.get(command.member_id)
            if holder is None:
                found = await holders.find(tx, [command.member_id])
                return BUSY if command.member_id in found else MemberNotFound()
            receipt = await _adjust(tx, ctx, command, holder)
            await idempotency.keep(tx, command.actor, command.key, fp, command.member_id, receipt)
            return Answer(receipt)
    except ExpectedError as refusal:
        return refusal


async def _adjust(tx: Tx, ctx: Context, command: Command, holder: Holder) -> AdjustmentReceipt:
    body, now = command.body, tx.now or EARLIEST
    number = ctx.programs.wallet_number(body.wallet)
    if number is None:
        raise UnknownWallet(wallet=body.wallet, pointer="/wallet")
    if body.amount == 0:
        raise ZeroAmount
    work = Work(holder, now, now, Outbox())
    if not work.is_member:
        raise MemberNotFound
    await wallets.load(tx, ctx, [work])
    asked = [Asked(work, ctx.programs.at(work.at), work.at)]
    people = await load_members(tx, ctx, asked)
    standings = await tiers.load(tx, ctx, [(work, work.at)], people)
    op_id = new_id()
    work.mark()
    await _move(tx, ctx, work, number, body.amount, op_id)
    work.collect(command.actor, command.actor.store)
    for standing in standings.get(holder.holder_id, {}).values():
        qualify = standing.ladder.qualify
        if qualify.by is QualifyBy.WALLET and qualify.wallet == body.wallet:
            standing.contribute(work.at, body.amount, work.at)
    work.emit(PointsAdjusted(operation_id=op_id, changes=work.changes(ctx.programs)), work.at)
    for of_holder in standings.values():
        tiers.emit_changes(of_holder)
    await operations.insert(tx, holder.holder_id, op_id, body.reason, command.actor, work.now)
    await tiers.write(tx, standings)
    await wallets.write(tx, [work])
    await work.outbox.write(tx)
    return AdjustmentReceipt(
        id=op_id,
        member_id=holder.holder_id,
        wallet=body.wallet,
        amount=body.amount,
        recorded_at=work.now,
        wallets=work.balances(ctx.programs),
    )


async def _move(
    tx: Tx, ctx: Context, work: Work, number: int, amount: int, op_id: uuid.UUID
) -> None:
    book: Book = work.books[number]
    if amount > 0:
        wallet = ctx.programs.wallet(number, work.at)
        book.earn(
            Op(op_id),
            amount,
            reason=Reason.ADJUSTED,
            occurred_at=work.at,
            earned_at=work.at,
            available_at=work.at,
            expires_at=expires_at(wallet.expires, work.at, ctx.programs.tz),
            origin_holder=work.holder.holder_id,
            origin_op=op_id,
        )
        return
    if book.available < -amount:
        raise InsufficientPoints(wallet=ctx.programs.wallet_id(number), available=book.available)
    await wallets.load_lots(tx, [work], [])
    book.spend(Op(op_id), -amount, reason=Reason.ADJUSTED, at=work.at)
