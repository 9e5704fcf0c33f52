"""A redemption named by its id, with its holder locked and settled; and a step of it written."""

import datetime as dt
import uuid

import msgspec

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holds import store as holds
from service.domain.members import store as members
from service.domain.programs.errors import VersionBehind
from service.domain.rewards import store
from service.domain.rewards.errors import RedemptionClosed, RedemptionNotFound
from service.domain.rewards.types import Redemption, State
from service.flows.steps import (
    tiers,
    wallets,
)
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.gone import refuse_gone
from service.flows.steps.rewards import rewarding
from service.flows.steps.rewards.redemption_view import state
from service.flows.steps.standing import Standings
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor


class Found(msgspec.Struct):
    """A redemption as it stands under the lock."""

    work: Work
    row: Redemption
    standings: Standings


async def lock(tx: Tx, ctx: Context, redemption_id: uuid.UUID, *, wait: bool) -> Found | None:
    """RedemptionNotFound, VersionBehind; None: its holder is locked elsewhere."""
    found = await store.find(tx, redemption_id)
    if found is None:
        raise RedemptionNotFound
    if found.program_version > ctx.programs.newest:
        raise VersionBehind
    locked, _ = await holders.lock(
        tx, [found.holder_id], wait=wait, clock_offset=ctx.db.clock_offset
    )
    holder = locked.get(found.holder_id)
    if holder is None:
        return None
    refuse_gone([holder])
    now = tx.now or EARLIEST
    work = Work(holder, now, now, Outbox())
    standings, _ = await meet(tx, ctx, work)
    await wallets.load_lots(tx, [work], [], [found.wallet])
    row = await store.find(tx, redemption_id)
    if row is None:
        raise RedemptionNotFound
    return Found(work, row, standings)


async def meet(tx: Tx, ctx: Context, work: Work) -> tuple[Standings, members.MemberRow]:
    """Settle the wallets and tiers of a locked member; where he stands, and who he is."""
    await wallets.load(tx, ctx, [work])
    people = await members.members(tx, [work.holder.holder_id])
    standings = await tiers.load(tx, ctx, [(work, work.at)], people)
    return standings, people[work.holder.holder_id]


def refuse_ended(row: Redemption, at: dt.datetime) -> None:
    """RedemptionClosed for one that was handed over or cancelled, or has timed out by then."""
    ended_at = row.held_until if row.timed_out(at) else row.closed_at
    if ended_at is not None:
        raise RedemptionClosed(state=state(row, at), closed_at=ended_at)


async def take_held(tx: Tx, ctx: Context, found: Found, actor: Actor) -> Redemption:
    """A held redemption as it is once what is held for it is taken."""
    row = found.row
    if row.state is not State.HELD:
        raise AssertionError("nothing is held for it")
    hold = await holds.of_redemption(tx, row.holder_id, row.redemption_id)
    return await rewarding.grant(tx, ctx, found.work, row, hold, actor)


async def write(tx: Tx, found: Found, after: Redemption) -> None:
    """Write the step from what was found to what is now, and everything with it."""
    await store.update(tx, [(found.row, after)])
    await settled(tx, found.work, found.standings)


async def settled(tx: Tx, work: Work, standings: Standings) -> None:
    """Write the member: tiers, wallets, events."""
    for of_holder in standings.values():
        tiers.emit_changes(of_holder)
    await tiers.write(tx, standings)
    await wallets.write(tx, [work])
    await work.outbox.write(tx)
