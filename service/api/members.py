"""Members over HTTP."""

from typing import Final

import msgspec

from service.api.body import Body
from service.api.call import Call
from service.api.conditional import VARY, tagged
from service.api.languages import preferred
from service.api.once import done_once, once
from service.api.own_member import PATH
from service.api.parameters import member_id
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.domain.access.errors import NotForMembers, OwnWallet, StepUpRequired
from service.domain.members import errors
from service.domain.members.types import (
    Enrol,
    Lookup,
    MemberView,
    PatchMember,
)
from service.domain.tiers.types import TierView
from service.flows.reads.home import HomeView
from service.flows.steps.step_up import refuse_stale
from service.kernel.actor import Actor, ActorKind

TAG: Final = "Members"
_CONTACTS: Final = frozenset({"email", "phone"})

_PERSON: Final = (
    errors.FieldInvalid,
    errors.IdentifierTaken,
    errors.UnknownIdentifierKind,
)


@route(
    "POST",
    "/v1/members",
    scope="members:enrol",
    tag=TAG,
    takes=Body(Enrol),
    answers=done_once(
        MemberView,
        "Enrolled now.",
        "Enrolled earlier under the same Idempotency-Key: the same answer.",
        located=True,
    ),
    refuses=_PERSON,
    key="optional",
)
async def enrol_member(call: Call, body: Enrol) -> Reply:
    """Enrol a member.

    Purchases that were recorded under one of the verified identifiers before anybody held it are
    credited now, by the rules of their own day; `claimed` says how many.
    """
    done = await call.services.verbs.enrol_member(call.actor, body, call.idempotency_key)
    location = f"/v1/members/{done.body.id}"
    return once(done.body, replayed=done.replayed, location=location)


@route(
    "GET",
    "/v1/members/{member_id}",
    scope="members:read",
    own=(PATH,),
    tag=TAG,
    answers={200: Answer(what="The member.", body=MemberView)},
    refuses=(errors.MemberNotFound,),
)
async def read_member(call: Call, _: None) -> Reply:
    """Read a member: identifiers, profile, fields, tiers and balances."""
    return ok(await call.services.reads.member(member_id(call)))


@route(
    "PATCH",
    "/v1/members/{member_id}",
    scope="members:write",
    own=(PATH,),
    tag=TAG,
    takes=Body(PatchMember),
    answers={200: Answer(what="The member after the change.", body=MemberView)},
    refuses=(
        *_PERSON,
        NotForMembers,
        OwnWallet,
        StepUpRequired,
        errors.AddedAndRemoved,
        errors.IdentifierNotHeld,
        errors.LastIdentifier,
        errors.MemberNotFound,
    ),
)
async def change_member(call: Call, body: PatchMember) -> Reply:
    """Change a member: claim and give up identifiers, change profile and fields.

    What is absent stays; null removes. A claimed identifier brings its unmatched purchases along.
    """
    mine = _by_themselves(call.actor, body)
    done = await call.services.verbs.change_member(call.actor, member_id(call), mine)
    return ok(done.body)


def _by_themselves(actor: Actor, body: PatchMember) -> PatchMember:
    """What members may change themselves: their profile, and soon after a sign-in their contacts.

    Fields are what the shop says of them, and so is that an identifier is verified. NotForMembers,
    StepUpRequired.
    """
    if actor.kind is not ActorKind.MEMBER:
        return body
    kinds = {one.kind for one in (*body.add, *body.remove)}
    if body.fields or not kinds <= _CONTACTS:
        raise NotForMembers
    if kinds:
        refuse_stale(actor)
    unverified = tuple(msgspec.structs.replace(one, verified=False) for one in body.add)
    return msgspec.structs.replace(body, add=unverified)


@route(
    "POST",
    "/v1/members/lookup",
    scope="members:lookup",
    tag=TAG,
    takes=Body(Lookup),
    answers={200: Answer(what="The member.", body=MemberView)},
    refuses=(errors.MemberNotFound, errors.UnknownIdentifierKind),
)
async def lookup_member(call: Call, body: Lookup) -> Reply:
    """Find a member by identifiers; the first that matches wins.

    A POST, so that no personal data stands in an address.
    """
    return ok(await call.services.reads.lookup(body.identifiers))


@route(
    "GET",
    "/v1/members/{member_id}/home",
    scope="members:read",
    own=(PATH,),
    tag=TAG,
    answers={200: Answer(what="All of it.", body=HomeView)},
    refuses=(errors.MemberNotFound,),
    tagged=True,
    languages=True,
)
async def read_home(call: Call, _: None) -> Reply:
    """Read all that an app's first page shows.

    Wallets with their next expiries, tiers with progress, coupons, rewards (those that can be had
    first, then those for which the fewest units are missing), what is kept or to be fetched, the
    household with its pool, invitations. The ETag changes whenever any of it does, by time too.
    """
    home = await call.services.reads.home(member_id(call), preferred(call))
    return tagged(call, home.etag, home.body, vary=VARY + b", Accept-Language")


@route(
    "GET",
    "/v1/members/{member_id}/tier",
    scope="members:read",
    own=(PATH,),
    tag=TAG,
    answers={200: Answer(what="Where the member stands on each ladder.", body=TierView)},
    refuses=(errors.MemberNotFound,),
    languages=True,
)
async def read_tier(call: Call, _: None) -> Reply:
    """Read where a member stands on each ladder, until when, what is missing to the next tier."""
    return ok(await call.services.reads.tier(member_id(call), preferred(call)))
