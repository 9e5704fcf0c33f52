"""Where a page of a member's things begins, the newest first."""

import datetime as dt
import uuid
from typing import Final

from service.flows.steps.context import Context
from service.infra import cursors

Place = tuple[dt.datetime, uuid.UUID]
NEWEST: Final[Place] = (dt.datetime(2200, 1, 1, tzinfo=dt.UTC), uuid.UUID(int=2**128 - 1))


def before(ctx: Context, kind: str, member_id: uuid.UUID, cursor: str | None) -> Place:
    """Where the page before ended, by a cursor of the same things; CursorInvalid."""
    if cursor is None:
        return NEWEST
    place = cursors.unseal(ctx.secret, cursor, tuple[str, uuid.UUID, dt.datetime, uuid.UUID])
    if place[:2] != (kind, member_id):
        raise cursors.CursorInvalid
    return place[2], place[3]
