"""Rewards over HTTP: the catalogue, what a member can have, and what becomes of a redemption."""

from typing import Annotated, Final

import msgspec

from service.api.body import Body
from service.api.call import Call
from service.api.conditional import tagged
from service.api.headers import required_key
from service.api.languages import preferred
from service.api.once import done_once, once
from service.api.own_member import PATH, refuse_foreign
from service.api.parameters import member_id, redemption_id
from service.api.query import Query
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.domain.access.errors import OwnWallet, StepUpRequired
from service.domain.members.errors import MemberErased, MemberNotFound
from service.domain.rewards import errors
from service.domain.rewards.types import (
    CancelRedemption,
    Catalogue,
    HandOver,
    MemberRewards,
    RedeemReward,
    RedemptionPage,
    RedemptionView,
)
from service.infra.cursors import CursorInvalid
from service.kernel.actor import ActorKind

TAG: Final = "Rewards"
# The same for everybody, so caches between us and them may keep it.
_PUBLIC: Final = b"public, max-age=60, stale-while-revalidate=300"
_VARY: Final = b"Accept, Accept-Encoding, Accept-Language"
_SHOWN: Final = {200: Answer(what="The redemption as it stands.", body=RedemptionView)}
_Cursor = Annotated[
    str, msgspec.Meta(min_length=1, max_length=512, description="`next` of the page before.")
]


class RedemptionsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Which page."""

    cursor: _Cursor | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200, description="Redemptions on a page.")] = 50


@route(
    "GET",
    "/v1/rewards",
    scope="rewards:read",
    own=(),
    tag=TAG,
    answers={200: Answer(what="All rewards that are not over.", body=Catalogue)},
    tagged=True,
    languages=True,
)
async def list_rewards(call: Call, _: None) -> Reply:
    """List what members may have for units, as anybody may see it.

    `left` may be a minute old where a cache answers; whether a member can have a reward is told by
    his own list.
    """
    found = await call.services.reads.rewards(preferred(call))
    return tagged(call, found.etag, found.body, vary=_VARY, cache=_PUBLIC)


@route(
    "GET",
    "/v1/members/{member_id}/rewards",
    scope="rewards:read",
    own=(PATH,),
    tag=TAG,
    answers={200: Answer(what="All rewards that are not over.", body=MemberRewards)},
    refuses=(MemberNotFound,),
    languages=True,
)
async def list_member_rewards(call: Call, _: None) -> Reply:
    """List the rewards with the member's own price, and why he cannot have one.

    Every reason is told: not_started, over, needs_tier and not_eligible (which conditions), limit,
    out_of_stock, not_enough (how many units are missing).
    """
    found = await call.services.reads.member_rewards(member_id(call), preferred(call))
    return ok(found)


@route(
    "POST",
    "/v1/members/{member_id}/redemptions",
    scope="rewards:redeem",
    own=(PATH,),
    tag=TAG,
    spends=True,
    takes=Body(RedeemReward),
    answers=done_once(
        RedemptionView,
        "Redeemed, or held, now.",
        "Redeemed earlier under the same Idempotency-Key: the same answer.",
        located=True,
    ),
    refuses=(
        MemberNotFound,
        OwnWallet,
        StepUpRequired,
        errors.RewardNotAvailable,
        errors.UnknownReward,
    ),
    key="required",
)
async def redeem_reward(call: Call, body: RedeemReward) -> Reply:
    """Let a member have a reward for units, at once.

    A coupon comes into his list; an item, or what others deliver, is to be handed over. With `hold`
    the units and a piece of the stock are only kept, seen by every channel: granting takes them,
    and what nobody takes in time is free again by itself.
    """
    key = required_key(call)
    done = await call.services.verbs.redeem_reward(call.actor, member_id(call), body, key)
    location = f"/v1/redemptions/{done.body.id}"
    return once(done.body, replayed=done.replayed, location=location)


@route(
    "GET",
    "/v1/members/{member_id}/redemptions",
    scope="rewards:read",
    own=(PATH,),
    tag=TAG,
    takes=Query(RedemptionsPage),
    answers={200: Answer(what="A page of redemptions, newest first.", body=RedemptionPage)},
    refuses=(CursorInvalid, MemberNotFound),
    languages=True,
)
async def list_redemptions(call: Call, query: RedemptionsPage) -> Reply:
    """List what a member has had for units, newest first, in pages."""
    reads = call.services.reads
    return ok(await reads.redemptions(member_id(call), query.cursor, query.limit, preferred(call)))


@route(
    "GET",
    "/v1/redemptions/{redemption_id}",
    scope="rewards:read",
    own=(),
    tag=TAG,
    answers=_SHOWN,
    refuses=(errors.RedemptionNotFound,),
)
async def read_redemption(call: Call, _: None) -> Reply:
    """Read a redemption, as when a member shows it at the desk."""
    found = await call.services.reads.redemption(redemption_id(call), preferred(call))
    refuse_foreign(call.actor, errors.RedemptionNotFound, found.member_id)
    return ok(found)


@route(
    "POST",
    "/v1/redemptions/{redemption_id}/grant",
    scope="rewards:redeem",
    own=(),
    tag=TAG,
    answers=_SHOWN,
    refuses=(
        MemberErased,
        OwnWallet,
        StepUpRequired,
        errors.RedemptionClosed,
        errors.RedemptionNotFound,
    ),
)
async def grant_redemption(call: Call, _: None) -> Reply:
    """Take what is held for a redemption: the member has his reward. Granted twice changes nothing.

    At the price, and by the program version, it was held at.
    """
    redemption = redemption_id(call)
    if call.actor.kind is ActorKind.MEMBER:
        found = await call.services.reads.redemption(redemption, ())
        refuse_foreign(call.actor, errors.RedemptionNotFound, found.member_id)
    done = await call.services.verbs.grant_redemption(call.actor, redemption)
    return ok(done.body)


@route(
    "POST",
    "/v1/redemptions/{redemption_id}/hand-over",
    scope="rewards:fulfil",
    tag=TAG,
    takes=Body(HandOver),
    answers=done_once(
        RedemptionView,
        "Handed over now.",
        "Handed over earlier under the same Idempotency-Key: the same answer.",
    ),
    refuses=(
        errors.NothingToHandOver,
        OwnWallet,
        errors.RedemptionClosed,
        errors.RedemptionNotFound,
        MemberErased,
    ),
    key="required",
)
async def hand_over_redemption(call: Call, body: HandOver) -> Reply:
    """Hand over the item, or say that it was delivered; what was only held is taken with it.

    A second time is refused (409), so that nobody gets two.
    """
    key = required_key(call)
    verbs = call.services.verbs
    done = await verbs.hand_over_redemption(call.actor, redemption_id(call), body, key)
    return once(done.body, replayed=done.replayed)


@route(
    "POST",
    "/v1/redemptions/{redemption_id}/cancel",
    scope="rewards:fulfil",
    tag=TAG,
    takes=Body(CancelRedemption),
    answers=_SHOWN,
    refuses=(
        errors.CouponInUse,
        OwnWallet,
        errors.RedemptionClosed,
        errors.RedemptionNotFound,
        MemberErased,
    ),
)
async def cancel_redemption(call: Call, body: CancelRedemption) -> Reply:
    """Cancel a redemption: units go back to their lots, a piece to the stock, the coupon is void.

    What was handed over is refused, and so is a coupon that was used or stands in an open checkout.
    Cancelled twice, or timed out before, it is answered as it is.
    """
    done = await call.services.verbs.cancel_redemption(call.actor, redemption_id(call), body)
    return ok(done.body)
