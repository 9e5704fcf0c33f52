"""An operation: who did it, where and why, what it moved, what undid it."""

import uuid

from service.domain.operations import store
from service.domain.operations.errors import OperationNotFound
from service.domain.operations.types import OperationEntry, OperationView
from service.domain.wallets import store as wallets
from service.domain.wallets.store import Moved
from service.domain.wallets.types import Reason
from service.flows.steps.context import Context
from service.kernel.actor import ActorKind


async def operation(ctx: Context, op_id: uuid.UUID) -> OperationView:
    """With the entries of all it is about; OperationNotFound, also for purchases and returns."""
    async with ctx.db.transaction(repeatable=True) as tx:
        rows = await store.rows_of(tx, op_id)
        if not rows:
            raise OperationNotFound
        holders = tuple(row.holder_id for row in rows)
        lines = await wallets.of_operation(tx, holders, op_id)
    first = rows[0]
    return OperationView(
        id=op_id,
        kind=store.Kind(first.kind).name.lower(),
        holders=holders,
        actor=f"{ActorKind(first.actor_kind).name.lower()}:{first.actor_id}",
        approved_by=None if first.approved_by is None else f"staff:{first.approved_by}",
        store=first.store,
        device=first.device,
        reason=first.note,
        code=first.code,
        recorded_at=first.recorded_at,
        entries=tuple(_entry(ctx, line) for line in lines),
        undoes=first.undoes,
        undone_by=first.undone_by,
    )


def _entry(ctx: Context, line: Moved) -> OperationEntry:
    return OperationEntry(
        holder_id=line.holder_id,
        wallet=ctx.programs.wallet_id(line.wallet),
        seq=line.seq,
        amount=line.amount,
        reason=Reason(line.reason).name.lower(),
        occurred_at=line.occurred_at,
    )
