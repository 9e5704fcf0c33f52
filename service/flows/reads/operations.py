"""An operation: who did it, where and why, what it moved, what undid it."""

import uuid
from typing import Final

import msgspec

from service.domain.operations import store
from service.domain.operations.errors import OperationNotFound
from service.domain.operations.types import OperationEntry, OperationRow, OperationView
from service.domain.returns import store as returns
from service.domain.returns.types import VOID_CHANNEL
from service.domain.wallets import store as wallets
from service.domain.wallets.store import Moved
from service.domain.wallets.types import Reason
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import shown

VOID: Final = "void"
RETURN: Final = "return"


async def operation(ctx: Context, op_id: uuid.UUID) -> OperationView:
    """With the entries of all it is about; OperationNotFound.

    Also for purchases, but those that were attached to a member: by their ids who did that is told.
    """
    async with ctx.db.transaction(repeatable=True) as tx:
        rows = await store.rows_of(tx, op_id)
        if rows:
            return await _operation(tx, ctx, rows, op_id)
        rows = await store.rows_of(tx, store.attached_by(op_id))
        if rows:
            attached = await _operation(tx, ctx, rows, op_id)
            return msgspec.structs.replace(attached, purchase_id=op_id)
        found = await returns.find(tx, op_id)
        if found is None:
            raise OperationNotFound
        return await _return(tx, ctx, found)


async def _operation(
    tx: Tx, ctx: Context, rows: list[OperationRow], entries_of: uuid.UUID
) -> OperationView:
    first = rows[0]
    holders = tuple(row.holder_id for row in rows)
    return OperationView(
        id=first.op_id,
        kind=store.Kind(first.kind).name.lower(),
        holders=holders,
        actor=shown(first.actor_kind, first.actor_id),
        approved_by=None if first.approved_by is None else f"staff:{first.approved_by}",
        store=first.store,
        device=first.device,
        reason=first.note,
        code=first.code,
        recorded_at=first.recorded_at,
        entries=await _entries(tx, ctx, holders, entries_of),
        undoes=first.undoes,
        undone_by=first.undone_by,
    )


async def _return(tx: Tx, ctx: Context, found: returns.Record) -> OperationView:
    """Its gift cards' money and what it recovered are operations of their own."""
    holders = (found.holder_id,)
    return OperationView(
        id=found.return_id,
        kind=VOID if found.channel == VOID_CHANNEL else RETURN,
        holders=holders,
        actor=shown(found.actor_kind, found.actor_id),
        store=found.store,
        device=found.device,
        reason=found.note,
        purchase_id=found.purchase_id,
        recorded_at=found.recorded_at,
        entries=await _entries(tx, ctx, holders, found.return_id),
    )


async def _entries(
    tx: Tx, ctx: Context, holders: tuple[uuid.UUID, ...], op_id: uuid.UUID
) -> tuple[OperationEntry, ...]:
    lines = await wallets.of_operation(tx, holders, op_id)
    return tuple(_entry(ctx, line) for line in lines)


def _entry(ctx: Context, line: Moved) -> OperationEntry:
    return OperationEntry(
        holder_id=line.holder_id,
        wallet=ctx.programs.wallet_id(line.wallet),
        seq=line.seq,
        amount=line.amount,
        reason=Reason(line.reason).name.lower(),
        occurred_at=line.occurred_at,
    )
