"""Approvals as they stand: one past its time has timed out, whatever has been written."""

import uuid
from typing import Final

from service.domain.access.errors import StoreForbidden
from service.domain.approvals import store
from service.domain.approvals.errors import ApprovalNotFound
from service.domain.approvals.types import ApprovalPage, ApprovalsPage, ApprovalView
from service.domain.holders import store as holders
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.staff import approvals
from service.infra import cursors
from service.kernel.actor import Actor

_SORT: Final = "approvals"
_Position = tuple[str, str, str | None, store.Place]


async def approval(ctx: Context, actor: Actor, approval_id: uuid.UUID) -> ApprovalView:
    """One; ApprovalNotFound, also when it was asked for at another store than the actor's."""
    async with ctx.db.reading() as tx:
        found = await store.find(tx, approval_id)
        if found is None or not approvals.may_see(actor, found):
            raise ApprovalNotFound
        await holders.clock(tx, ctx.db.clock_offset)
        return approvals.view(found, tx.now or EARLIEST)


async def page(ctx: Context, actor: Actor, query: ApprovalsPage) -> ApprovalPage:
    """A page, what ends last first; StoreForbidden, CursorInvalid."""
    if actor.store is not None and query.store not in {None, actor.store}:
        raise StoreForbidden
    shop, after = actor.store or query.store, store.LAST
    if query.cursor is not None:
        position = cursors.unseal(ctx.secret, query.cursor, _Position)
        if position[:3] != (_SORT, query.state, shop):
            raise cursors.CursorInvalid
        after = position[3]
    async with ctx.db.reading() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        rows = await store.page(tx, query.state, shop, now, after, query.limit + 1)
    shown = rows[: query.limit]
    following = None
    if len(rows) > query.limit:
        place = store.Place(shown[-1].due_at, shown[-1].approval_id)
        following = cursors.seal(ctx.secret, (_SORT, query.state, shop, place))
    return ApprovalPage(items=tuple(approvals.view(row, now) for row in shown), next=following)
