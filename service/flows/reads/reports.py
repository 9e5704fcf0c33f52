"""Reports over channels and stores."""

import datetime as dt
import uuid
from typing import Final

from service.domain.purchases import overruns
from service.domain.purchases.errors import SpanInvalid
from service.domain.purchases.overruns import OverrunPage, OverrunReport, Position, Wanted
from service.flows.steps.context import Context
from service.infra import cursors

SPAN_MAX: Final = dt.timedelta(days=400)
_FIRST: Final = uuid.UUID(int=0)
Place = tuple[str, Wanted, Position]


async def overruns_by_store(
    ctx: Context, since: dt.datetime, until: dt.datetime, store: str | None
) -> OverrunReport:
    """What tills gave beyond what there was, of all stores or one; SpanInvalid."""
    _check(since, until)
    async with ctx.db.reading() as tx:
        found = await overruns.sums(tx, since, until, store)
    return OverrunReport(since=since, until=until, items=tuple(found))


async def overrun_purchases(
    ctx: Context, wanted: Wanted, cursor: str | None, limit: int
) -> OverrunPage:
    """A page of the purchases behind it, newest first; SpanInvalid, CursorInvalid."""
    _check(wanted.since, wanted.until)
    before: Position = (wanted.until, _FIRST, 0, "")
    if cursor is not None:
        name, same, before = cursors.unseal(ctx.secret, cursor, Place)
        if (name, same) != ("overruns", wanted):
            raise cursors.CursorInvalid
    async with ctx.db.reading() as tx:
        found = await overruns.page(tx, wanted, before, limit + 1)
    items = tuple(found[:limit])
    following = None
    if len(found) > limit:
        place: Place = ("overruns", wanted, overruns.position(items[-1]))
        following = cursors.seal(ctx.secret, place)
    return OverrunPage(items=items, next=following)


def _check(since: dt.datetime, until: dt.datetime) -> None:
    if not since < until <= since + SPAN_MAX:
        raise SpanInvalid
