"""The event stream: places are given when asked for, so that a reader sees what was committed."""

from typing import Final

import msgspec

from service.domain.events import sequence
from service.domain.events.outbox import SHARDS
from service.domain.events.types import EventPage
from service.flows.steps.context import Context
from service.infra import cursors

PAGE_MAX: Final = 500


async def events(ctx: Context, after: str | None, shard: int | None, limit: int) -> EventPage:
    """Events after a cursor, of one shard or of all; CursorInvalid.

    The events of a member come in the order of their versions, none twice, none left out.
    """
    positions = [0] * SHARDS
    if after is not None:
        positions = cursors.unseal(ctx.secret, after, list[int])
        if len(positions) != SHARDS:
            raise cursors.CursorInvalid
    async with ctx.db.transaction() as tx:
        await sequence.assign(tx)
    wanted = range(SHARDS) if shard is None else (shard,)
    async with ctx.db.reading() as tx:
        placed = await sequence.after(tx, {n: positions[n] for n in wanted}, limit)
    for event in placed:
        positions[event.shard] = max(positions[event.shard], event.pub_seq)
    return EventPage(
        items=tuple(msgspec.Raw(event.body) for event in placed),
        next=cursors.seal(ctx.secret, positions),
    )
