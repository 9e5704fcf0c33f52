"""release_hold: what a checkout kept for itself is free again. Released twice it stays released."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.events.outbox import Outbox
from service.domain.holds import store
from service.domain.holds.errors import HoldClosed
from service.domain.holds.types import State
from service.domain.purchases.types import HoldView
from service.flows.steps import wallets
from service.flows.steps.checkout import (
    held,
    holding,
)
from service.flows.steps.checkout.hold_view import told_hold
from service.flows.steps.context import Context
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError


class Command(msgspec.Struct, frozen=True):
    """A hold to release."""

    actor: Actor
    hold_id: uuid.UUID


async def release_holds(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[HoldView], an ExpectedError, or BUSY."""
    return [await _one(ctx, command, wait=wait) for command in commands]


async def _one(ctx: Context, command: Command, *, wait: bool) -> Any:
    try:
        async with ctx.db.transaction() as tx:
            found = await held.lock(tx, ctx, command.hold_id, wait=wait)
            if found.hold is None or found.work is None:
                return BUSY
            return await _release(tx, ctx, command, found)
    except ExpectedError as refusal:
        return refusal


async def _release(tx: Tx, ctx: Context, command: Command, found: held.Held) -> Answer[HoldView]:
    """HoldClosed when a purchase has captured it: a return gives that back."""
    hold, work = found.hold, found.work
    assert hold is not None  # noqa: S101  # for the type checker
    assert work is not None  # noqa: S101
    if hold.state is State.CAPTURED and hold.closed_at is not None:
        raise HoldClosed(state="captured", closed_at=hold.closed_at)
    if hold.state is not State.OPEN:
        return Answer(told_hold(ctx, hold, is_member=work.is_member), replayed=True)
    closing = held.freed(ctx, work, hold, found.cards, found.parts, command.actor)
    await store.close(tx, closing)
    await holding.give_up(tx, [hold])
    await wallets.write(tx, found.works)
    await Outbox.of(one.outbox for one in found.works).write(tx)
    ended = msgspec.structs.replace(hold, state=State.RELEASED, closed_at=work.at)
    balances = work.balances(ctx.programs)
    return Answer(told_hold(ctx, ended, is_member=work.is_member, wallets=balances))
