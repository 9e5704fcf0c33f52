"""Drop from Redis Streams what nobody needs there any more."""

import datetime as dt

from service.domain.events import places
from service.domain.holders import store as holders
from service.domain.relays.streams import Streams
from service.flows.steps.context import EARLIEST, Context


async def trim(ctx: Context, streams: Streams, keep: dt.timedelta) -> int:
    """What all groups of a stream have acknowledged; without a group what is older than `keep`.

    Answers how many events. A group that stands still keeps everything it has not read.
    """
    async with ctx.db.reading() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        old = await places.before(tx, (tx.now or EARLIEST) - keep)
    return sum([await streams.trim(shard, place + 1) for shard, place in old.items()])
