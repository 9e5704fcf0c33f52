"""The data held on a person, over HTTP."""

from typing import Final

from service.api.call import Call
from service.api.parameters import member_id
from service.api.reply import JSON, Reply
from service.api.route import Answer, route
from service.api.streamed import Streamed
from service.domain.members.errors import MemberNotFound

TAG: Final = "Members"


@route(
    "GET",
    "/v1/members/{member_id}/export",
    scope="members:export",
    tag=TAG,
    answers={
        200: Answer(
            what="One object: the person under `member`, then one member of it for each kind of "
            "data, in the order of time or newest first.",
            schema={"type": "object", "required": ["member", "purchases"]},
            media="application/json",
        )
    },
    refuses=(MemberNotFound,),
)
async def export_member(call: Call, _: None) -> Reply:
    """Export all data held on a member, as one JSON document for the person to read.

    Identifiers, profile, tiers, household, clubs, segments, badges, wallets with all their entries,
    purchases with their receipts and why they earned what they did, returns, activities, coupons,
    rewards, holds, transfers, corrections with their reasons. It is sent part by part: a document
    that does not end was cut off, and is to be asked for again.
    """
    return Streamed(await call.services.reads.export(member_id(call)), media=JSON)
