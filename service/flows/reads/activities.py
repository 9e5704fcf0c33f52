"""The activities of a member."""

import datetime as dt
import uuid
from typing import Final

from service.domain.activities import store
from service.domain.activities.types import ActivityPage
from service.flows.reads.whose import check_member
from service.flows.steps.context import Context
from service.infra import cursors

_KIND: Final = "activities"
_NEWEST: Final = (dt.datetime(2100, 1, 1, tzinfo=dt.UTC), uuid.UUID(int=0))


def _before(
    ctx: Context, member_id: uuid.UUID, cursor: str | None
) -> tuple[dt.datetime, uuid.UUID]:
    """Where the page before ended; CursorInvalid."""
    if cursor is None:
        return _NEWEST
    place = cursors.unseal(ctx.secret, cursor, tuple[str, uuid.UUID, dt.datetime, uuid.UUID])
    if place[:2] != (_KIND, member_id):
        raise cursors.CursorInvalid
    return (place[2], place[3])


async def of_member(
    ctx: Context, member_id: uuid.UUID, cursor: str | None, limit: int
) -> ActivityPage:
    """A page of a member's activities, newest first; MemberNotFound, CursorInvalid."""
    async with ctx.db.reading() as tx:
        await check_member(tx, member_id)
        before = _before(ctx, member_id, cursor)
        rows = await store.of_member(tx, member_id, before, limit + 1)
    shown = rows[:limit]
    sealed = None
    if len(rows) > limit:
        last = shown[-1]
        sealed = cursors.seal(ctx.secret, (_KIND, member_id, last.occurred_at, last.activity_id))
    return ActivityPage(items=tuple(row.view() for row in shown), next=sealed)
