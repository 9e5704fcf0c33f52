"""transfer_units: a member gives units to another one; each lot keeps its expiry and its origin."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.holders import store as holders
from service.domain.holders.types import Kind as HolderKind
from service.domain.members.errors import MemberNotFound
from service.domain.transfers import store as transfers
from service.domain.transfers.errors import (
    DailyTransfersReached,
    RecipientNotFound,
    TransferOutOfBounds,
    TransferToItself,
    WalletNotTransferable,
)
from service.domain.transfers.types import Kind, TransferReceipt, TransferUnits
from service.flows.steps import (
    idempotency,
    naming,
)
from service.flows.steps.checkout import apart
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.own import refuse_own
from service.flows.steps.sharing import passing
from service.flows.steps.sharing.passing import Note, Passing
from service.flows.steps.step_up import refuse_stale
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.calendar import Period, period_end, period_start
from service.kernel.ids import new_id


class Command(msgspec.Struct, frozen=True):
    """Units of one member for another, under an idempotency key."""

    actor: Actor
    member_id: uuid.UUID
    body: TransferUnits
    key: str


async def transfer_units(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[TransferReceipt], an ExpectedError, or BUSY."""

    async def one(tx: Tx, command: Command) -> Any:
        return await _one(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, one)


async def _one(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Any:
    member_id, body = command.member_id, command.body
    fp = idempotency.fingerprint("transfer_units", str(member_id), body)
    known = await idempotency.stored(tx, command.actor, command.key, fp, TransferReceipt)
    if known is not None:
        return Answer(known, replayed=True)
    refuse_stale(command.actor)
    await holders.clock(tx, ctx.db.clock_offset)
    found = await holders.find(tx, [member_id])
    if member_id not in found or found[member_id].kind != HolderKind.MEMBER:
        raise MemberNotFound
    to_id = await naming.find(tx, ctx, body.to, tx.now or EARLIEST, "/to")
    if to_id == member_id:
        raise TransferToItself
    refuse_own(command.actor, member_id, to_id)
    locked = await apart.lock_all(tx, ctx, [member_id, to_id], wait=wait)
    if await naming.find(tx, ctx, body.to, tx.now or EARLIEST, "/to") != to_id:
        raise RunAgain  # the identifier has moved
    if locked[to_id].kind is not HolderKind.MEMBER:
        raise RecipientNotFound
    both = await Passing.settled(tx, ctx, locked)
    receipt = await _transfer(tx, ctx, command, both, to_id)
    await idempotency.keep(tx, command.actor, command.key, fp, member_id, receipt)
    return Answer(receipt)


async def _transfer(
    tx: Tx, ctx: Context, command: Command, both: Passing, to_id: uuid.UUID
) -> TransferReceipt:
    body, giver, taker = command.body, both.works[command.member_id], both.works[to_id]
    number = passing.number_of(ctx, body.wallet)
    await _check_limits(tx, ctx, giver, number, body.amount)
    passing.check_available(ctx, giver, number, body.amount)
    note = Note(new_id(), Kind.GIVEN, command.actor, body.reason)
    await passing.move(tx, ctx, (giver, taker), {number: body.amount}, note)
    await both.write(tx)
    return TransferReceipt(
        id=note.transfer_id,
        member_id=command.member_id,
        to_member_id=to_id,
        wallet=body.wallet,
        amount=body.amount,
        recorded_at=giver.now,
        wallets=giver.balances(ctx.programs),
    )


async def _check_limits(tx: Tx, ctx: Context, giver: Work, number: int, amount: int) -> None:
    """By the program in force; a day is the giver's by effective time, in the program's zone."""
    wallet = ctx.programs.at(giver.at).wallets_by_number.get(number)
    allowed = None if wallet is None else wallet.transfer
    if wallet is None or allowed is None:
        raise WalletNotTransferable(wallet=ctx.programs.wallet_id(number))
    if amount < allowed.least or (allowed.most is not None and amount > allowed.most):
        raise TransferOutOfBounds(wallet=wallet.id, least=allowed.least, most=allowed.most)
    if allowed.per_day is None:
        return
    day = (giver.at, Period.DAY, ctx.programs.tz)
    since, until = period_start(*day), period_end(*day)
    given = await transfers.went(tx, giver.holder.holder_id, number, Kind.GIVEN, since, until)
    if given + amount > allowed.per_day:
        left = max(0, allowed.per_day - given)
        raise DailyTransfersReached(wallet=wallet.id, left=left)
