"""Consents over HTTP."""

from typing import Final

from service.api.body import Body
from service.api.call import Call
from service.api.once import once
from service.api.own_member import PATH
from service.api.parameters import member_id
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.domain.consents import errors
from service.domain.consents.types import Consents, RecordConsents
from service.domain.members.errors import MemberNotFound

TAG: Final = "Members"


@route(
    "POST",
    "/v1/members/{member_id}/consents",
    scope="consents:write",
    tag=TAG,
    own=(PATH,),
    takes=Body(RecordConsents),
    answers={
        200: Answer(what="Nothing new was said.", body=Consents, headers=("Idempotency-Replayed",)),
        201: Answer(what="What was said is written down.", body=Consents),
    },
    refuses=(MemberNotFound, errors.ChannelTwice, errors.SaidInTheFuture, errors.TooManyWords),
)
async def record_consents(call: Call, body: RecordConsents) -> Reply:
    """Write down what a member said to being written to, channel by channel.

    The last word said on a channel counts, however late it is sent: send `said_at` from a till that
    was offline; it is never taken to be later than when it was written down. The same word again
    changes nothing. Each change of what counts, by a merge as well, is an event, `consent.changed`.
    500 words a day are written down of a member, beyond them only what takes a consent back.
    """
    verbs = call.services.verbs
    done = await verbs.record_consents(call.actor, member_id(call), body)
    return once(done.body, replayed=done.replayed)


@route(
    "GET",
    "/v1/members/{member_id}/consents",
    scope="consents:read",
    tag=TAG,
    own=(PATH,),
    answers={200: Answer(what="What counts on each channel, and the history.", body=Consents)},
    refuses=(MemberNotFound,),
)
async def read_consents(call: Call, _: None) -> Reply:
    """Read what a member said to being written to; ask before you write to somebody."""
    return ok(await call.services.reads.consents(member_id(call)))
