"""An adjustment as it is made, by whoever asked for it and whoever approved it."""

import uuid

from service.domain.events.catalog import PointsAdjusted
from service.domain.operations import store as operations
from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.errors import InsufficientPoints, UnknownWallet, ZeroAmount
from service.domain.wallets.types import Adjust, AdjustmentReceipt, Reason
from service.flows.steps import (
    tiers,
    wallets,
)
from service.flows.steps.context import Context
from service.flows.steps.facts import Asked, load_members
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.ids import new_id
from service.rules.document import QualifyBy
from service.rules.expiry import expires_at


def number_of(ctx: Context, body: Adjust) -> int:
    """The wallet's number; UnknownWallet, ZeroAmount."""
    number = ctx.programs.wallet_number(body.wallet)
    if number is None:
        raise UnknownWallet(wallet=body.wallet, pointer="/wallet")
    if body.amount == 0:
        raise ZeroAmount
    return number


async def adjust(
    tx: Tx, ctx: Context, work: Work, body: Adjust, actor: Actor, approved_by: str | None = None
) -> AdjustmentReceipt:
    """Settle the member and adjust; InsufficientPoints. Books, holder and events: `write` does it.

    `actor`: who asked; `approved_by`: the login of the second person, if it needed one.
    """
    number = number_of(ctx, body)
    await wallets.load(tx, ctx, [work])
    people = await load_members(tx, ctx, [Asked(work, ctx.programs.at(work.at), work.at)])
    standings = await tiers.load(tx, ctx, [(work, work.at)], people)
    op_id = new_id()
    work.mark()
    await _move(tx, ctx, work, number, body.amount, op_id)
    work.collect(actor, actor.store)
    for standing in standings.get(work.holder.holder_id, {}).values():
        _count(standing, work, body)
    work.emit(PointsAdjusted(operation_id=op_id, changes=work.changes(ctx.programs)), work.at)
    for of_holder in standings.values():
        tiers.emit_changes(of_holder)
    await operations.insert(
        tx, work.holder.holder_id, op_id, body.reason, actor, work.now,
        code=body.code, approved_by=approved_by,
    )  # fmt: skip
    await tiers.write(tx, standings)
    return AdjustmentReceipt(
        id=op_id,
        member_id=work.holder.holder_id,
        wallet=body.wallet,
        amount=body.amount,
        recorded_at=work.now,
        wallets=work.balances(ctx.programs),
    )


def _count(standing: Standing, work: Work, body: Adjust) -> None:
    """A ladder that counts the wallet counts what was given or taken."""
    qualify = standing.ladder.qualify
    if qualify.by is QualifyBy.WALLET and qualify.wallet == body.wallet:
        standing.contribute(work.at, body.amount, work.at)


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


async def write(tx: Tx, work: Work) -> None:
    """Books, holder and events, once all of these are there."""
    await wallets.write(tx, [work])
    await work.outbox.write(tx)
