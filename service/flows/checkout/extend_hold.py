"""extend_hold: an open hold lasts longer, or shorter, from now on."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.budgets import store as budgets
from service.domain.coupons import store as coupons
from service.domain.events.catalog import HoldExtended
from service.domain.events.outbox import Outbox
from service.domain.holds import store
from service.domain.holds.errors import HoldClosed, HoldTimedOut
from service.domain.holds.types import Hold, ItemKind, OpenHold, State
from service.domain.purchases.types import ExtendHold, HoldView
from service.flows.steps import wallets
from service.flows.steps.checkout import held
from service.flows.steps.checkout.hold_view import told_hold
from service.flows.steps.context import EARLIEST, Context
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError


class Command(msgspec.Struct, frozen=True):
    """A hold to extend."""

    actor: Actor
    hold_id: uuid.UUID
    body: ExtendHold


async def extend_holds(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[HoldView], an ExpectedError, or BUSY."""
    return [await _one(ctx, command, wait=wait) for command in commands]


async def _one(ctx: Context, command: Command, *, wait: bool) -> Any:
    try:
        async with ctx.db.transaction() as tx:
            found = await held.lock(tx, ctx, command.hold_id, wait=wait)
            if found.hold is None or found.work is None:
                return BUSY
            return await _extend(tx, ctx, command, found)
    except ExpectedError as refusal:
        return refusal


async def _extend(tx: Tx, ctx: Context, command: Command, found: held.Held) -> Answer[HoldView]:
    hold, work = found.hold, found.work
    assert hold is not None  # noqa: S101  # for the type checker
    assert work is not None  # noqa: S101
    if hold.state is State.TIMED_OUT:
        raise HoldTimedOut(due_at=hold.due_at)
    if hold.state is not State.OPEN and hold.closed_at is not None:
        raise HoldClosed(state=hold.state.name.lower(), closed_at=hold.closed_at)
    due_at = work.at + dt.timedelta(seconds=command.body.hold_for)
    await _move(tx, [hold, *found.parts.values()], hold, due_at)
    for one in found.works:
        one.holder.falls_due(due_at)
        one.emit(HoldExtended(hold_id=hold.hold_id, due_at=due_at), one.at)
    await wallets.write(tx, found.works)
    await Outbox.of(one.outbox for one in found.works).write(tx)
    longer = msgspec.structs.replace(hold, due_at=due_at)
    balances = work.balances(ctx.programs)
    return Answer(told_hold(ctx, longer, is_member=work.is_member, wallets=balances))


async def _move(tx: Tx, rows: Sequence[Hold | OpenHold], hold: Hold, due_at: dt.datetime) -> None:
    """The hold and all that it has; HoldTimedOut: some of it was found overdue this moment."""
    codes = [item.digest for item in hold.items if item.digest is not None]
    if not await coupons.are_kept(tx, hold.hold_id, codes, tx.now or EARLIEST):
        raise HoldTimedOut(due_at=hold.due_at)
    await store.extend(tx, [(row, due_at) for row in rows])
    await coupons.extend(tx, [(digest, hold.hold_id, due_at) for digest in codes])
    names = (item.name for item in hold.items if item.kind is ItemKind.BUDGET and item.name)
    for name in sorted(names):
        if not await budgets.extend(tx, name, hold.hold_id, due_at):
            raise HoldTimedOut(due_at=hold.due_at)
