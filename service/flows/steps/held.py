"""A hold named by its id, with its holder locked and settled: as it stands now."""

import uuid

import msgspec

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holds import store
from service.domain.holds.errors import HoldNotFound
from service.domain.holds.types import Hold, State
from service.flows.steps import wallets
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.work import Work
from service.infra.db import Tx


class Held(msgspec.Struct):
    """`hold` None: its holder is locked elsewhere."""

    work: Work | None
    hold: Hold | None


async def lock(tx: Tx, ctx: Context, hold_id: uuid.UUID, *, wait: bool) -> Held:
    """HoldNotFound. A hold that has timed out by now is answered as timed out."""
    found = await store.by_id(tx, hold_id)
    if found is None:
        raise HoldNotFound
    locked, _ = await holders.lock(
        tx, [found.holder_id], wait=wait, clock_offset=ctx.db.clock_offset
    )
    holder = locked.get(found.holder_id)
    if holder is None:
        return Held(None, None)
    now = tx.now or EARLIEST
    work = Work(holder, now, now, Outbox())
    await wallets.load(tx, ctx, [work])
    await wallets.load_lots(tx, [work], [])
    again = await store.by_id(tx, hold_id)
    if again is None:
        raise HoldNotFound
    if again.state is State.OPEN and not again.is_open(work.at):
        again = msgspec.structs.replace(again, state=State.TIMED_OUT, closed_at=again.due_at)
    return Held(work, again)
