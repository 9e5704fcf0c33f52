"""The data held on a person, over HTTP."""

from typing import Final

from service.api.body import Body
from service.api.call import Call
from service.api.headers import required_key
from service.api.once import done_once, once
from service.api.parameters import member_id
from service.api.reply import JSON, Reply
from service.api.route import Answer, route
from service.api.streamed import Streamed
from service.domain.access.errors import OwnWallet
from service.domain.audit.acts import Act
from service.domain.erasures.types import EraseMember, Erasure
from service.domain.households.errors import HeadCannotLeave
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
    acts=(Act.MEMBER_EXPORTED,),
)
async def export_member(call: Call, _: None) -> Reply:
    """Export all data held on a member, as one JSON document for the person to read.

    Identifiers, profile, tiers, household, clubs, segments, badges, wallets with all their entries,
    purchases with their receipts and why they earned what they did, returns, activities, coupons,
    rewards, holds, transfers, corrections with their reasons; under `merged` those who are this
    member now, as they were before. It is sent part by part: a document that does not end was cut
    off, and is to be asked for again.
    """
    asked = member_id(call)
    parts = await call.services.reads.export(asked)
    await call.services.verbs.export_member(call.actor, asked)
    return Streamed(parts, media=JSON)


@route(
    "POST",
    "/v1/members/{member_id}/erase",
    scope="members:erase",
    tag=TAG,
    takes=Body(EraseMember),
    answers=done_once(
        Erasure,
        "The person is forgotten.",
        "Forgotten earlier, whoever asked for it then: the same answer.",
    ),
    refuses=(HeadCannotLeave, MemberNotFound, OwnWallet),
    key="required",
    acts=(Act.MEMBER_ERASED,),
)
async def erase_member(call: Call, body: EraseMember) -> Reply:
    """Forget a person, and everybody who was merged into them, for good.

    Profile, fields, identifiers, what they wrote and what was written about them are gone, and so
    are their units, debt, coupons, holds, clubs, segments and the household. What stays are figures
    under an id: entries, purchases, returns. The head of a household with others in it passes the
    place on first, or dissolves it. Export the data before, there is none after: the id, and those
    merged into it, answer `member-erased` from then on. Identifiers are free for anybody. What they
    bought may come back: points that are given back lapse at once, and nobody owes any. A purchase
    in mode `record` that names the id is kept as of nobody known.
    """
    key = required_key(call)
    done = await call.services.verbs.erase_member(call.actor, member_id(call), body, key)
    return once(done.body, replayed=done.replayed)
