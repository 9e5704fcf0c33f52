"""The activities of a member."""

import uuid
from typing import Final

from service.domain.activities import store
from service.domain.activities.types import ActivityPage
from service.flows.reads import paging
from service.flows.reads.whose import check_member
from service.flows.steps.context import Context
from service.infra import cursors

_KIND: Final = "activities"


async def of_member(
    ctx: Context, member_id: uuid.UUID, cursor: str | None, limit: int
) -> ActivityPage:
    """A page of a member's activities, newest first; MemberNotFound, CursorInvalid."""
    async with ctx.db.reading() as tx:
        await check_member(tx, member_id)
        before = paging.before(ctx, _KIND, member_id, cursor)
        rows = await store.of_member(tx, member_id, before, limit + 1)
    shown = rows[:limit]
    sealed = None
    if len(rows) > limit:
        last = shown[-1]
        sealed = cursors.seal(ctx.secret, (_KIND, member_id, last.occurred_at, last.activity_id))
    return ActivityPage(items=tuple(row.view() for row in shown), next=sealed)
