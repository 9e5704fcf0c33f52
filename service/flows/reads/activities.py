"""The activities of a member."""

import datetime as dt
import uuid
from typing import Final

from service.domain.activities import store
from service.domain.activities.types import ActivityPage
from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.members.errors import MemberNotFound
from service.flows.steps.context import Context
from service.infra import cursors

_KIND: Final = "activities"
_NEWEST: Final = (dt.datetime(2100, 1, 1, tzinfo=dt.UTC), uuid.UUID(int=0))


async def of_member(
    ctx: Context, member_id: uuid.UUID, cursor: str | None, limit: int
) -> ActivityPage:
    """A page of a member's activities, newest first; MemberNotFound, CursorInvalid."""
    before = _NEWEST
    if cursor is not None:
        place = cursors.unseal(ctx.secret, cursor, tuple[str, uuid.UUID, dt.datetime, uuid.UUID])
        if place[:2] != (_KIND, member_id):
            raise cursors.CursorInvalid
        before = (place[2], place[3])
    async with ctx.db.reading() as tx:
        found = await holders.find(tx, [member_id])
        if member_id not in found or found[member_id][1] != Kind.MEMBER:
            raise MemberNotFound
        rows = await store.of_member(tx, member_id, before, limit + 1)
    shown = rows[:limit]
    sealed = None
    if len(rows) > limit:
        last = shown[-1]
        sealed = cursors.seal(ctx.secret, (_KIND, member_id, last.occurred_at, last.activity_id))
    return ActivityPage(items=tuple(row.view() for row in shown), next=sealed)
