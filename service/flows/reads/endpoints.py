"""Endpoints, their replays and dead letters."""

import uuid
from typing import Final

from service.domain.endpoints import deliveries, store
from service.domain.endpoints.types import (
    DeadLetter,
    DeadLetterPage,
    DeadRow,
    EndpointPage,
    EndpointView,
    ReplayPage,
)
from service.flows.steps import endpoints as shown
from service.flows.steps.context import Context
from service.infra import cursors

_LAST: Final = uuid.UUID(int=2**128 - 1)
_FIRST: Final = uuid.UUID(int=0)


async def endpoint(ctx: Context, endpoint_id: uuid.UUID) -> EndpointView:
    """One endpoint; EndpointNotFound."""
    async with ctx.db.reading() as tx:
        return await shown.shown(tx, ctx, await store.find(tx, endpoint_id))


async def endpoints(ctx: Context, cursor: str | None, limit: int) -> EndpointPage:
    """A page of endpoints by name; CursorInvalid."""
    after = _after(ctx, "endpoints", cursor, "")
    async with ctx.db.reading() as tx:
        found = await store.page(tx, after, limit + 1)
        behind = await store.behind(tx, [one.endpoint_id for one in found])
    items = tuple(shown.view(ctx, one, behind[one.endpoint_id]) for one in found[:limit])
    return EndpointPage(
        items=items, next=_next(ctx, "endpoints", items[-1].name) if found[limit:] else None
    )


async def replays(
    ctx: Context, endpoint_id: uuid.UUID, cursor: str | None, limit: int
) -> ReplayPage:
    """A page of an endpoint's replays, the newest first; CursorInvalid, EndpointNotFound."""
    before = uuid.UUID(_after(ctx, "replays", cursor, str(_LAST)))
    async with ctx.db.reading() as tx:
        await store.find(tx, endpoint_id)
        found = await store.replays(tx, endpoint_id, before, limit + 1)
    items = tuple(shown.replay_view(row) for row in found[:limit])
    return ReplayPage(
        items=items, next=_next(ctx, "replays", str(items[-1].id)) if found[limit:] else None
    )


async def dead_letters(
    ctx: Context, endpoint_id: uuid.UUID, cursor: str | None, limit: int
) -> DeadLetterPage:
    """A page of an endpoint's dead letters; CursorInvalid, EndpointNotFound."""
    after = uuid.UUID(_after(ctx, "dead", cursor, str(_FIRST)))
    async with ctx.db.reading() as tx:
        await store.find(tx, endpoint_id)
        found = await deliveries.dead(tx, endpoint_id, after, limit + 1)
    items = tuple(_dead(row) for row in found[:limit])
    return DeadLetterPage(
        items=items, next=_next(ctx, "dead", str(items[-1].event_id)) if found[limit:] else None
    )


def _dead(row: DeadRow) -> DeadLetter:
    return DeadLetter(
        event_id=row.event_id,
        type=row.type,
        subject=row.holder_id,
        sequence=f"{row.version:019d}",
        attempts=row.attempts,
        failed_at=row.failed_at,
        last_status=row.last_status,
        last_answer=row.last_answer,
    )


def _after(ctx: Context, kind: str, cursor: str | None, beginning: str) -> str:
    """Where a page begins; CursorInvalid for a cursor of another list."""
    if cursor is None:
        return beginning
    found, after = cursors.unseal(ctx.secret, cursor, tuple[str, str])
    if found != kind:
        raise cursors.CursorInvalid
    return str(after)


def _next(ctx: Context, kind: str, last: str) -> str:
    return cursors.seal(ctx.secret, (kind, last))
