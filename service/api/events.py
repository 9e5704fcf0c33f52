"""The stream of events over HTTP."""

from typing import Annotated, Final

import msgspec

from service.api.call import Call
from service.api.query import Query
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.domain.events.outbox import SHARDS
from service.domain.events.types import EventPage
from service.infra.cursors import CursorInvalid

TAG: Final = "Events"
_After = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=2048,
        description="`next` of the call before; absent: from the beginning.",
    ),
]
_SHARD: Final = "One part of the stream, for readers in parallel; members never change theirs."


class EventsAfter(msgspec.Struct, frozen=True, kw_only=True):
    """Where to read on."""

    after: _After | None = None
    shard: Annotated[int, msgspec.Meta(ge=0, lt=SHARDS, description=_SHARD)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200, description="Events at most.")] = 100


@route(
    "GET",
    "/v1/events",
    scope="events:read",
    tag=TAG,
    takes=Query(EventsAfter),
    answers={200: Answer(what="The events after the cursor, in order.", body=EventPage)},
    refuses=(CursorInvalid,),
)
async def list_events(call: Call, query: EventsAfter) -> Reply:
    """Read events in order, as CloudEvents.

    Call again with `next` as `after`, also when nothing came. Events of one member come in the
    order of their `sequence`, without gaps; the same event may come twice, with the same id.
    """
    return ok(await call.services.reads.events(query.after, query.shard, query.limit))
