"""Households over HTTP. Who asks as a member (`by`, `head`, `member`) the partner vouches for."""

import uuid
from collections.abc import Iterator
from typing import Final

from service.api.body import Body
from service.api.call import Call
from service.api.headers import required_key
from service.api.languages import preferred
from service.api.once import done_once, once
from service.api.own_member import PATH, refuse_foreign
from service.api.parameters import household_id, member_id
from service.api.reply import Reply, created, ok
from service.api.route import Answer, route
from service.domain.access.errors import OwnWallet
from service.domain.households import errors
from service.domain.households.types import (
    ByHead,
    ChangePerson,
    FormHousehold,
    HouseholdStanding,
    HouseholdView,
    InvitePerson,
    MembersHousehold,
    MovePooled,
    Person,
    PoolReceipt,
    RemovePerson,
)
from service.domain.members.errors import (
    MemberErased,
    MemberNotFound,
    UnknownIdentifierKind,
)
from service.domain.transfers.errors import RecipientNotFound
from service.domain.wallets.errors import InsufficientPoints, UnknownWallet
from service.kernel.actor import ActorKind

TAG: Final = "Households"
_OPEN: Final = (
    errors.DissolvedHousehold,
    errors.HouseholdNotFound,
    MemberErased,
    OwnWallet,
)
_AFTER: Final = Answer(what="The household after it.", body=HouseholdStanding)


@route(
    "POST",
    "/v1/households",
    scope="households:manage",
    own=("head",),
    tag=TAG,
    takes=Body(FormHousehold),
    answers={201: Answer(what="The new household.", body=HouseholdStanding, headers=("Location",))},
    refuses=(
        errors.AlreadyInHousehold,
        errors.HouseholdsNotOffered,
        MemberNotFound,
        OwnWallet,
    ),
)
async def form_household(call: Call, body: FormHousehold) -> Reply:
    """Form a household; the member is its head. A member belongs to one at most."""
    done = await call.services.verbs.form_household(call.actor, body)
    return created(done.body, f"/v1/households/{done.body.id}")


@route(
    "GET",
    "/v1/households/{household_id}",
    scope="households:read",
    own=(),
    tag=TAG,
    answers={200: Answer(what="The household.", body=HouseholdView)},
    refuses=(errors.HouseholdNotFound,),
    languages=True,
)
async def read_household(call: Call, _: None) -> Reply:
    """Read a household: its pool, its people, what each gave and drew; dissolved ones too."""
    found = await call.services.reads.household(household_id(call), preferred(call))
    refuse_foreign(call.actor, errors.HouseholdNotFound, *_people(found))
    return ok(found)


@route(
    "GET",
    "/v1/members/{member_id}/household",
    scope="households:read",
    own=(PATH,),
    tag=TAG,
    answers={200: Answer(what="Where the member belongs.", body=MembersHousehold)},
    refuses=(MemberNotFound,),
    languages=True,
)
async def read_members_household(call: Call, _: None) -> Reply:
    """Read the household a member belongs to, and where they are invited to."""
    return ok(await call.services.reads.members_household(member_id(call), preferred(call)))


@route(
    "POST",
    "/v1/households/{household_id}/invitations",
    scope="households:manage",
    own=("by",),
    tag=TAG,
    takes=Body(InvitePerson),
    answers={200: _AFTER},
    refuses=(
        *_OPEN,
        errors.AlreadyInHousehold,
        errors.HouseholdFull,
        errors.HouseholdsNotOffered,
        errors.NotTheHead,
        RecipientNotFound,
        UnknownIdentifierKind,
    ),
)
async def invite_to_household(call: Call, body: InvitePerson) -> Reply:
    """Invite a member; only the head does. Invited again, the invitation stands longer."""
    household = await _household(call)
    return ok((await call.services.verbs.invite_to_household(call.actor, household, body)).body)


@route(
    "POST",
    "/v1/households/{household_id}/people",
    scope="households:manage",
    own=("member",),
    tag=TAG,
    takes=Body(Person),
    answers={200: _AFTER},
    refuses=(
        *_OPEN,
        errors.AlreadyInHousehold,
        errors.HouseholdFull,
        errors.HouseholdsNotOffered,
        errors.NotInvited,
    ),
)
async def join_household(call: Call, body: Person) -> Reply:
    """Take an invitation. Who belongs to the household already stays what they are."""
    household = await _household(call)
    return ok((await call.services.verbs.join_household(call.actor, household, body)).body)


@route(
    "PATCH",
    "/v1/households/{household_id}/people/{member_id}",
    scope="households:manage",
    own=("by",),
    tag=TAG,
    takes=Body(ChangePerson),
    answers={200: _AFTER},
    refuses=(
        *_OPEN,
        errors.HouseholdsNotOffered,
        MemberNotFound,
        errors.NotInHousehold,
        errors.NotTheHead,
        errors.WalletNotPooled,
    ),
)
async def change_household_person(call: Call, body: ChangePerson) -> Reply:
    """Limit what a person draws in a month, or pass the head's place on to them."""
    verbs, household = call.services.verbs, await _household(call)
    done = await verbs.change_household_person(call.actor, household, member_id(call), body)
    return ok(done.body)


@route(
    "POST",
    "/v1/households/{household_id}/leave",
    scope="households:manage",
    own=("member",),
    tag=TAG,
    takes=Body(Person),
    answers={200: _AFTER},
    refuses=(*_OPEN, errors.HeadCannotLeave, errors.NotInHousehold),
)
async def leave_household(call: Call, body: Person) -> Reply:
    """Leave a household; what the member gave stays in its pool."""
    household = await _household(call)
    return ok((await call.services.verbs.leave_household(call.actor, household, body)).body)


@route(
    "POST",
    "/v1/households/{household_id}/remove",
    scope="households:manage",
    own=("by",),
    tag=TAG,
    takes=Body(RemovePerson),
    answers={200: _AFTER},
    refuses=(*_OPEN, errors.HeadCannotLeave, errors.NotInHousehold, errors.NotTheHead),
)
async def remove_from_household(call: Call, body: RemovePerson) -> Reply:
    """Remove a member from a household; only the head does. What they gave stays in its pool."""
    household = await _household(call)
    return ok((await call.services.verbs.remove_from_household(call.actor, household, body)).body)


@route(
    "POST",
    "/v1/households/{household_id}/dissolve",
    scope="households:manage",
    own=("by",),
    tag=TAG,
    takes=Body(ByHead),
    answers={200: _AFTER},
    refuses=(*_OPEN, errors.NotTheHead),
)
async def dissolve_household(call: Call, body: ByHead) -> Reply:
    """Dissolve a household; only the head does, who gets what is left in the pool."""
    household = await _household(call)
    return ok((await call.services.verbs.dissolve_household(call.actor, household, body)).body)


_MOVED: Final = done_once(PoolReceipt, "Done now.")
_MOVING: Final = (
    *_OPEN,
    errors.HouseholdsNotOffered,
    InsufficientPoints,
    errors.NotInHousehold,
    UnknownWallet,
    errors.WalletNotPooled,
)


@route(
    "POST",
    "/v1/households/{household_id}/give",
    scope="households:manage",
    own=("member",),
    tag=TAG,
    spends=True,
    takes=Body(MovePooled),
    answers=_MOVED,
    refuses=_MOVING,
    key="required",
)
async def give_to_household(call: Call, body: MovePooled) -> Reply:
    """Put units of a member into the pool; they keep when they lapse, and stay there."""
    key = required_key(call)
    household = await _household(call)
    done = await call.services.verbs.give_to_household(call.actor, household, body, key)
    return once(done.body, replayed=done.replayed)


@route(
    "POST",
    "/v1/households/{household_id}/draw",
    scope="households:manage",
    own=("member",),
    tag=TAG,
    takes=Body(MovePooled),
    answers=_MOVED,
    refuses=(*_MOVING, errors.DrawLimitReached),
    key="required",
)
async def draw_from_household(call: Call, body: MovePooled) -> Reply:
    """Draw units from the pool for a member, within what a person may draw in a calendar month."""
    key = required_key(call)
    household = await _household(call)
    done = await call.services.verbs.draw_from_household(call.actor, household, body, key)
    return once(done.body, replayed=done.replayed)


async def _household(call: Call) -> uuid.UUID:
    """The household of the path; to members who are not of it, nor invited, there is none."""
    household = household_id(call)
    if call.actor.kind is ActorKind.MEMBER:
        found = await call.services.reads.household(household, ())
        invited = (one.member_id for one in found.invitations)
        refuse_foreign(call.actor, errors.HouseholdNotFound, *_people(found), *invited)
    return household


def _people(household: HouseholdView) -> Iterator[uuid.UUID]:
    """Who belongs to it, or did when it was dissolved."""
    return (one.member_id for one in household.people if one.until == household.dissolved_at)
