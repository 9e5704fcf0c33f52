"""Send a sink what it was not sent yet: at least once, each shard in order.

No transaction is open while the sink is called. What it has is its own to tell: the position is
only where to go on. So a relay that dies anywhere, or meets another, repeats or skips nothing.
"""

import asyncio
import datetime as dt
from typing import Final

import structlog

from service.domain.events import sequence
from service.domain.holders import store as holders
from service.domain.relays import store as relays
from service.domain.relays.types import Placed, Sink, Standing, Top
from service.flows.steps.context import EARLIEST, Context

log = structlog.get_logger("relay")

EVENTS_MAX: Final = 200  # of a shard at once
SHARDS_AT_ONCE: Final = 8
CONNECTIONS_MAX: Final = 2  # to the database: the others are for requests


async def relay(ctx: Context, sink: Sink, *, everything: bool = False) -> int:
    """One round; answers how many events were sent or found sent. Raises what `sink.lost` names.

    `everything`: asks for shards too of which nothing is left to be sent, so that a sink that lost
    what it had is sent it again.
    """
    async with ctx.db.transaction() as tx:
        await sequence.assign(tx)
    async with ctx.db.reading() as tx:
        standings = await relays.standings(tx, sink.name)
    behind = [one for one in standings if everything or one.position < one.last_seq]
    if not behind:
        return 0
    one_round = Round(ctx, sink)
    sent = await asyncio.gather(*map(one_round.send, behind), return_exceptions=True)
    if everything:
        ctx.meter.ahead(sink.name, one_round.ahead)
    for failure in sent:  # only now: the other shards' positions are written
        if isinstance(failure, BaseException):
            raise failure
    return sum(one for one in sent if isinstance(one, int))


class Round:
    """The shards of one round."""

    def __init__(self, ctx: Context, sink: Sink) -> None:
        self._ctx = ctx
        self._sink = sink
        self._shards = asyncio.Semaphore(SHARDS_AT_ONCE)
        self._connections = asyncio.Semaphore(CONNECTIONS_MAX)
        self.ahead = 0  # shards in which the sink has what the database does not

    async def send(self, standing: Standing) -> int:
        """One shard: answers by how much its position moved on."""
        async with self._shards:
            async with self._connections, self._ctx.db.reading() as tx:
                events = await relays.after(tx, standing.shard, standing.position, EVENTS_MAX)
            if events and events[0].pub_seq != standing.position + 1:
                self._say("events_missing", standing, Top(events[0].pub_seq))
                self._count("missing", events[0].pub_seq - standing.position - 1)
            top = await self._sink.send(standing.shard, standing.position, events)
            if top.refusal is not None:
                log.error("events_refused", sink=self._sink.name, why=top.refusal)
                self._count("refused", sum(one.pub_seq > top.place for one in events))
            return await self._note(standing, events, top)

    async def _note(self, standing: Standing, events: list[Placed], top: Top) -> int:
        if top.place == standing.position:
            return 0
        async with self._connections, self._ctx.db.transaction() as tx:
            if top.place < standing.position:
                self._say("sink_lost_events", standing, top)
            elif not _are_ours(events, top):
                last_seq, event_id = await relays.look_at(tx, standing.shard, top.place)
                if last_seq < top.place or _differ(event_id, top.event_id):
                    self._say("sink_ahead", standing, top)
                    self.ahead += 1
                    return 0
            await holders.clock(tx, self._ctx.db.clock_offset)
            moved = await relays.move(tx, self._sink.name, standing, top.place, _now(tx.now))
        if not moved:
            return 0
        far = top.place - standing.position
        self._count("sent" if far > 0 else "lost", abs(far))
        return abs(far)

    def _count(self, outcome: str, events: int) -> None:
        self._ctx.meter.relayed(self._sink.name, outcome, events)

    def _say(self, what: str, standing: Standing, top: Top) -> None:
        log.error(
            what,
            sink=self._sink.name,
            shard=standing.shard,
            position=standing.position,
            place=top.place,
        )


def _are_ours(events: list[Placed], top: Top) -> bool:
    """The last one there is one of these, as the database has it."""
    return any(one.pub_seq == top.place and str(one.event_id) == top.event_id for one in events)


def _differ(here: object, there: str | None) -> bool:
    """Both are known, and are not the same event."""
    return here is not None and there is not None and str(here) != there


def _now(at: dt.datetime | None) -> dt.datetime:
    return at or EARLIEST
