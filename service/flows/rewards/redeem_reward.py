"""redeem_reward: a reward for units, at once or kept for a while.

Held units and the held piece of the stock are those of a hold with the redemption's id: it is seen
by every checkout, and it times out without a job.
"""

import datetime as dt
import itertools
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from service.domain.budgets import store as budgets
from service.domain.coupons import codes
from service.domain.coupons import store as coupons
from service.domain.events.catalog import PointsHeld, RewardHeld
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.holds import store as holds
from service.domain.holds.types import REDEMPTION, Hold, Item, ItemKind
from service.domain.members.errors import MemberNotFound
from service.domain.programs.errors import VersionBehind
from service.domain.rewards import store
from service.domain.rewards.errors import RewardNotAvailable, UnknownReward
from service.domain.rewards.types import RedeemReward, Redemption, RedemptionView, State
from service.flows.steps import (
    hiding,
    idempotency,
    wallets,
)
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.gone import refuse_gone
from service.flows.steps.own import refuse_own
from service.flows.steps.rewards import (
    redemptions,
    rewarding,
)
from service.flows.steps.rewards.redemption_view import view
from service.flows.steps.step_up import refuse_stale
from service.flows.steps.work import Work
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from service.rules.cart import Cart
from service.rules.compile import Program
from service.rules.decision import Decision
from service.rules.document import Reward, stock_name
from service.rules.facts import Facts
from service.rules.rewards import CompiledReward, Unavailable, WhyNot, scarce


class Command(msgspec.Struct, frozen=True):
    """A reward for one member under an idempotency key."""

    actor: Actor
    member_id: uuid.UUID
    body: RedeemReward
    key: str


async def redeem_rewards(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[RedemptionView], an ExpectedError, or BUSY."""
    return [await _one(ctx, command, wait=wait) for command in commands]


async def _one(ctx: Context, command: Command, *, wait: bool) -> Any:
    """What is kept under the key holds no code: a table that leaks tells none."""
    fp = idempotency.fingerprint("redeem_reward", str(command.member_id), command.body)
    try:
        refuse_own(command.actor, command.member_id)
        async with ctx.db.transaction() as tx:
            known = await idempotency.stored(tx, command.actor, command.key, fp, RedemptionView)
            if known is not None:
                return Answer(_with_code(ctx, known), replayed=True)
            holder = await _lock(tx, ctx, command.member_id, wait=wait)
            if holder is None:
                return BUSY
            made = await _redeem(tx, ctx, command, holder, fp)
            await idempotency.keep(
                tx, command.actor, command.key, fp, command.member_id, _without_code(made)
            )
            return Answer(made)
    except ExpectedError as refusal:
        return refusal


async def _lock(tx: Tx, ctx: Context, member_id: uuid.UUID, *, wait: bool) -> Holder | None:
    """MemberNotFound, VersionBehind; None: locked elsewhere."""
    offset = ctx.db.clock_offset
    if await holders.clock(tx, offset) > ctx.programs.newest:
        await ctx.programs.refresh(ctx.db)
    locked, newest = await holders.lock(tx, [member_id], wait=wait, clock_offset=offset)
    if newest > ctx.programs.newest:
        raise VersionBehind
    holder = locked.get(member_id)
    if holder is None:
        if member_id in await holders.find(tx, [member_id]):
            return None
        raise MemberNotFound
    if holder.kind is not Kind.MEMBER:
        raise MemberNotFound
    refuse_gone([holder])
    return holder


async def _redeem(
    tx: Tx, ctx: Context, command: Command, holder: Holder, fp: bytes
) -> RedemptionView:
    now = tx.now or EARLIEST
    program = ctx.programs.at(now)
    compiled = program.rewards.get(command.body.reward)
    hidden = await hiding.of_member(tx, program, holder.holder_id, now)
    if compiled is None or compiled.reward.id in hidden.rewards:
        raise UnknownReward(reward=command.body.reward)
    work = Work(holder, now, now, Outbox())
    standings, person = await redemptions.meet(tx, ctx, work)
    of_member = standings.get(holder.holder_id, {})
    facts = await rewarding.facts(tx, program, [compiled], person, of_member, work.at)
    row = _row(program, compiled, command, work, facts)
    refuse_stale(command.actor, row.price)
    _refuse(compiled.reward, [
        *compiled.why_not(facts, program.terms),
        *scarce(row.price, work.books[row.wallet].available, None),
    ])  # fmt: skip
    await wallets.load_lots(tx, [work], [], [row.wallet])
    await _take_stock(tx, compiled.reward)
    if row.state is State.HELD:
        await _hold(tx, ctx, work, row, command, fp)
    else:
        row = await rewarding.grant(tx, ctx, work, row, None, command.actor)
    await store.insert(tx, [row])
    await redemptions.settled(tx, work, standings)
    return view(ctx, row, work.at, work.balances(ctx.programs))


def _row(
    program: Program, compiled: CompiledReward, command: Command, work: Work, facts: Facts
) -> Redemption:
    """As it will be when nothing stands against it; `granted_at` follows with the grant."""
    reward, seconds = compiled.reward, command.body.hold
    held_until = None if seconds is None else work.at + dt.timedelta(seconds=seconds)
    return Redemption(
        holder_id=work.holder.holder_id,
        redemption_id=new_id(),
        state=State.GRANTED if seconds is None else State.HELD,
        reward=reward.id,
        program_version=program.version,
        facts=facts,
        wallet=program.wallets[reward.wallet].number,
        price=compiled.price(facts),
        stocked=reward.cap is not None,
        asked_at=work.at,
        held_until=held_until,
        actor_kind=int(command.actor.kind),
        actor_id=command.actor.id,
        store=command.actor.store,
    )


def _refuse(reward: Reward, why: Sequence[WhyNot]) -> None:
    if why:
        raise RewardNotAvailable(reward=reward.id, why=tuple(why))


async def _take_stock(tx: Tx, reward: Reward) -> None:
    """A piece of the stock; RewardNotAvailable when none is left."""
    if reward.cap is None:
        return
    (taken,) = await budgets.take(tx, reward.cap, [1], tx.now or EARLIEST, whole=True)
    if not taken:
        _refuse(reward, [WhyNot(reason=Unavailable.OUT_OF_STOCK)])


async def _hold(
    tx: Tx, ctx: Context, work: Work, row: Redemption, command: Command, fp: bytes
) -> None:
    """Keep the price and the piece; a hold of the redemption's id pins the facts."""
    work.mark()
    hold = _made(ctx, work, row, command, fp)
    await holds.insert(tx, [hold])
    for item in hold.items:
        if item.name is not None:
            await budgets.hold(tx, item.name, hold.hold_id, item.amount, hold.due_at)
    work.holder.falls_due(hold.due_at)
    changes = work.changes(ctx.programs)
    work.emit(PointsHeld(hold_id=hold.hold_id, changes=changes), work.at)
    work.emit(
        RewardHeld(
            redemption_id=row.redemption_id,
            reward=row.reward,
            wallet=ctx.programs.wallet_id(row.wallet),
            price=row.price,
            held_until=hold.due_at,
            program_version=row.program_version,
        ),
        work.at,
    )


def _made(ctx: Context, work: Work, row: Redemption, command: Command, fp: bytes) -> Hold:
    program = ctx.programs.version(row.program_version)
    nothing = Cart(channel=REDEMPTION, currency=program.document.program.currency, lines=())
    return Hold(
        holder_id=row.holder_id,
        hold_id=row.redemption_id,
        channel=REDEMPTION,
        checkout=str(row.redemption_id),
        fp=fp,
        program_version=row.program_version,
        cart=nothing,
        facts=row.facts,
        decision=Decision(),
        created_at=row.asked_at,
        due_at=row.held_until or row.asked_at,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        store=command.actor.store,
        items=tuple(_items(work, row)),
    )


def _items(work: Work, row: Redemption) -> Iterator[Item]:
    numbers = itertools.count(1)
    for lot_no, units in work.books[row.wallet].hold(row.price):
        yield Item(
            item_no=next(numbers),
            kind=ItemKind.UNITS,
            amount=units,
            wallet=row.wallet,
            lot_no=lot_no,
        )
    if row.stocked:
        yield Item(
            item_no=next(numbers),
            kind=ItemKind.BUDGET,
            amount=1,
            name=stock_name(row.reward),
            slot=budgets.slot_of(row.redemption_id),
        )


def _without_code(made: RedemptionView) -> RedemptionView:
    if made.coupon is None:
        return made
    return msgspec.structs.replace(made, coupon=msgspec.structs.replace(made.coupon, code=""))


def _with_code(ctx: Context, known: RedemptionView) -> RedemptionView:
    """The answer as it was given, its code derived again."""
    if known.coupon is None:
        return known
    code = codes.shown(coupons.code_of(ctx.secret, known.coupon.id))
    return msgspec.structs.replace(known, coupon=msgspec.structs.replace(known.coupon, code=code))
