"""Members who are one person, and who are two after all, over HTTP."""

from typing import Final

from service.api.body import Body
from service.api.call import Call
from service.api.headers import required_key
from service.api.once import done_once, once
from service.api.parameters import member_id
from service.api.reply import Reply
from service.api.route import route
from service.domain.access.errors import OwnWallet
from service.domain.audit.acts import Act
from service.domain.members.errors import (
    MemberNotFound,
    MergeBlocked,
    MergeWithItself,
    NotMerged,
    UnknownIdentifierKind,
)
from service.domain.members.merges import (
    MergeMember,
    MergeReceipt,
    UnmergeMember,
    UnmergeReceipt,
)
from service.domain.transfers.errors import RecipientNotFound

TAG: Final = "Members"


@route(
    "POST",
    "/v1/members/{member_id}/merge",
    scope="members:merge",
    tag=TAG,
    takes=Body(MergeMember),
    answers=done_once(
        MergeReceipt,
        "Merged now.",
        "Merged earlier under the same Idempotency-Key: the same answer.",
    ),
    refuses=(
        MemberNotFound,
        MergeBlocked,
        MergeWithItself,
        OwnWallet,
        RecipientNotFound,
        UnknownIdentifierKind,
    ),
    key="required",
    acts=(Act.MEMBER_MERGED,),
)
async def merge_member(call: Call, body: MergeMember) -> Reply:
    """Another member is this person too: all that is theirs is this member's from now on.

    Units come with what they were earned by, when they lapse and when they are released; debt comes
    too. Tiers, limits and coupons count over both. Purchases, activities, clubs and the household
    are this member's; what was empty in the profile is filled. The other id and all of its
    identifiers stand for this member for ever, until it is unmerged.
    """
    key = required_key(call)
    done = await call.services.verbs.merge_member(call.actor, member_id(call), body, key)
    return once(done.body, replayed=done.replayed)


@route(
    "POST",
    "/v1/members/{member_id}/unmerge",
    scope="members:merge",
    tag=TAG,
    takes=Body(UnmergeMember),
    answers=done_once(
        UnmergeReceipt,
        "Two members again.",
        "Unmerged earlier under the same Idempotency-Key: the same answer.",
    ),
    refuses=(MemberNotFound, MergeBlocked, NotMerged, OwnWallet),
    key="required",
    acts=(Act.MEMBER_UNMERGED,),
)
async def unmerge_member(call: Call, body: UnmergeMember) -> Reply:
    """The member of this id, who was merged into another one, is itself again.

    It gets back its identifiers, the purchases made under them, before the merge and since, with
    what these gave and used, and what is left of its units. What was spent meanwhile stays spent,
    and debt stays with the other one. Name the id that was merged, not the other one.
    """
    key = required_key(call)
    done = await call.services.verbs.unmerge_member(call.actor, member_id(call), body, key)
    return once(done.body, replayed=done.replayed)
