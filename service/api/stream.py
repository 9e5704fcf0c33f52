"""What happens to a member, as it happens, for apps.

The hub that finds it out is flows/reads/streams.py, the answer that lasts event_stream.py.
"""

import functools
import re
import uuid
from typing import Annotated, Final

import msgspec

from service.api.call import Call
from service.api.event_stream import EVENT_STREAM, RESET, EventStream
from service.api.own_member import PATH, refuse_others
from service.api.parameters import member_id
from service.api.query import Query
from service.api.reply import Reply
from service.api.route import Answer, authorised, route
from service.domain.events.errors import StreamsFull, TooManyStreams
from service.domain.events.told import Place
from service.domain.members.errors import MemberNotFound
from service.kernel.actor import Actor

SCOPE: Final = "members:read"
_ID: Final = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9]{1,18}"


class StreamAfter(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go on; for browsers, which cannot set the header at first."""

    after: (
        Annotated[
            str,
            msgspec.Meta(
                pattern=rf"^{_ID}$(?!\n)",
                description=(
                    "The id of the last event that is known, `<member>-<version>`; the header"
                    " `Last-Event-ID` wins. With neither the stream begins now."
                ),
            ),
        ]
        | None
    ) = None


_ANSWER: Final = Answer(
    what=(
        "A stream of server-sent events. `data` is a CloudEvent of the catalog, `event` its type,"
        " `id` what to come again with. An `id` alone moves the place on; a line that begins with a"
        f" colon only keeps the connection open. `{RESET}`: what was known is no place here (the"
        " member is another one now, for example): fetch anew; the stream goes on from now."
    ),
    # No type: to some tools all of it is a text, to those who know streams each event is an object.
    schema={
        "properties": {
            "id": {"type": "string"},
            "event": {"type": "string"},
            "data": {"type": "string", "contentMediaType": "application/json"},
            "retry": {"type": "integer"},
        }
    },
    media=EVENT_STREAM,
)


@route(
    "GET",
    "/v1/members/{member_id}/stream",
    scope=SCOPE,
    own=(PATH,),
    tag="Events",
    takes=Query(StreamAfter),
    answers={200: _ANSWER},
    refuses=(MemberNotFound, StreamsFull, TooManyStreams),
)
async def stream_member(call: Call, query: StreamAfter) -> Reply:
    """Follow what happens to a member, as server-sent events.

    Events come in the order of their `sequence`, within a second. Come again with the id of the
    last one, in the header `Last-Event-ID` as browsers do: nothing is left out, nothing comes
    twice. Only what the same key may read elsewhere is told. The stream ends when the member is
    merged into another one or erased, after half an hour, and whenever the service is restarted.
    """
    reads = call.services.reads
    beginning = await reads.stream(member_id(call), _known(call, query))
    again = functools.partial(_again, call)
    return EventStream(reads.streams, beginning, call.actor, again)


async def _again(call: Call) -> Actor:
    """Who listens, asked once more; a member may be another one by now."""
    call.actor = await authorised(call, SCOPE)
    refuse_others(call, (PATH,))
    return call.actor


def _known(call: Call, query: StreamAfter) -> Place | None:
    """What the header says, or the query; a header that is no id of ours is as good as none."""
    header = call.headers.get(b"last-event-id", b"").decode("latin-1")
    known = header if re.fullmatch(_ID, header) else query.after
    if known is None:
        return None
    holder, _, version = known.rpartition("-")
    return uuid.UUID(holder), int(version)
