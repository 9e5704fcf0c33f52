"""Getting into clubs, over HTTP. Who asks as a member (`by`, `member`) the partner vouches for.

Of a hidden club outsiders are told what they are told of one that does not exist.
"""

from typing import Final

from service.api.body import Body
from service.api.call import Call
from service.api.headers import required_key
from service.api.once import done_once, once
from service.api.parameters import club_code_id, club_offer_id
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.domain.access.errors import OwnWallet
from service.domain.audit.acts import Act
from service.domain.clubs import errors
from service.domain.clubs.types import (
    ByWhom,
    ClubCodeView,
    ClubEntry,
    ClubOfferView,
    InviteToClub,
    JoinClub,
    LetIntoClub,
    MakeClubCode,
    OfMember,
)
from service.domain.coupons.errors import TooManyCodes
from service.domain.members.errors import MemberNotFound, UnknownIdentifierKind
from service.domain.transfers.errors import RecipientNotFound

TAG: Final = "Clubs"
_ANY: Final = (errors.ClubNotFound, MemberNotFound, OwnWallet)
_NAMED: Final = (*_ANY, RecipientNotFound, UnknownIdentifierKind)
_AFTER: Final = {200: Answer(what="How the member stands with the club now.", body=ClubEntry)}
_AS_BEFORE: Final = "Done earlier by the same inviter: the invitation that is open."


@route(
    "POST",
    "/v1/clubs/{club}/invitations",
    scope="clubs:invite",
    own=("by",),
    tag=TAG,
    takes=Body(InviteToClub),
    answers=done_once(ClubOfferView, "The invitation.", _AS_BEFORE),
    refuses=(
        *_NAMED,
        errors.AlreadyInClub,
        errors.AlreadyInvited,
        errors.CannotBeInvited,
        errors.EntryNotOffered,
        errors.InvitationsUsedUp,
        errors.NotInClub,
    ),
    acts=(Act.CLUB_INVITED,),
)
async def invite_to_club(call: Call, body: InviteToClub) -> Reply:
    """Invite a member to a club.

    Whoever belongs to it lets in as many others as the program allows each; its owner, and callers
    with clubs:manage, as many as they like. A seat is kept when one is free and nobody waits.
    """
    done = await call.services.verbs.invite_to_club(call.actor, call.path_text("club"), body)
    return once(done.body, replayed=done.replayed)


@route(
    "POST",
    "/v1/clubs/{club}/invitations/{offer_id}/withdraw",
    scope="clubs:invite",
    own=("by",),
    tag=TAG,
    takes=Body(ByWhom),
    answers={200: Answer(what="The invitation after it.", body=ClubOfferView)},
    refuses=(*_ANY, errors.InvitationNotFound, errors.InvitationTaken, errors.NotInClub),
    acts=(Act.CLUB_INVITATION_WITHDRAWN,),
)
async def withdraw_club_invitation(call: Call, body: ByWhom) -> Reply:
    """Take an invitation back that was not taken yet; its seat goes to whoever waits longest."""
    verbs, club = call.services.verbs, call.path_text("club")
    offer_id = club_offer_id(call)
    return ok((await verbs.withdraw_club_invitation(call.actor, club, offer_id, body)).body)


@route(
    "POST",
    "/v1/clubs/{club}/codes",
    scope="clubs:invite",
    own=("by",),
    tag=TAG,
    takes=Body(MakeClubCode),
    answers=done_once(ClubCodeView, "The code; it is shown here only."),
    refuses=(
        *_ANY,
        errors.ClubInstantInvalid,
        errors.EntryNotOffered,
        errors.InvitationsUsedUp,
        errors.NotInClub,
    ),
    key="required",
    acts=(Act.CLUB_CODE_MADE,),
)
async def make_club_code(call: Call, body: MakeClubCode) -> Reply:
    """Make a code that lets people into a club; each use is one of the member's invitations.

    With `lets` apply people ask with it to be let in, for example by a link that carries it. It
    costs no invitations, and only the owner and callers with clubs:manage make one.
    """
    key, club = required_key(call), call.path_text("club")
    done = await call.services.verbs.make_club_code(call.actor, club, body, key)
    return once(done.body, replayed=done.replayed)


@route(
    "POST",
    "/v1/clubs/{club}/codes/{code_id}/void",
    scope="clubs:invite",
    own=("by",),
    tag=TAG,
    takes=Body(ByWhom),
    answers={200: Answer(what="The code after it.", body=ClubCodeView)},
    refuses=(*_ANY, errors.ClubCodeNotFound, errors.NotInClub),
    acts=(Act.CLUB_CODE_VOIDED,),
)
async def void_club_code(call: Call, body: ByWhom) -> Reply:
    """Void a code; those it has let in stay."""
    verbs, club = call.services.verbs, call.path_text("club")
    return ok((await verbs.void_club_code(call.actor, club, club_code_id(call), body)).body)


@route(
    "POST",
    "/v1/clubs/{club}/join",
    scope="clubs:join",
    own=("member",),
    tag=TAG,
    takes=Body(JoinClub),
    answers=_AFTER,
    refuses=(
        *_ANY,
        errors.ClubFull,
        errors.EntryNotOffered,
        errors.NoOpenOffer,
        errors.PaymentNeeded,
        TooManyCodes,
    ),
)
async def join_club(call: Call, body: JoinClub) -> Reply:
    """Take an open offer, or show a code.

    Without a free seat it leads to the end of the waiting list. A code that lets nobody in is
    answered like a club that does not exist.
    """
    club = call.path_text("club")
    return ok((await call.services.verbs.join_club(call.actor, club, body)).body)


@route(
    "POST",
    "/v1/clubs/{club}/decline",
    scope="clubs:join",
    own=("member",),
    tag=TAG,
    takes=Body(OfMember),
    answers=_AFTER,
    refuses=(*_ANY, errors.NoOpenOffer),
)
async def decline_club_offer(call: Call, body: OfMember) -> Reply:
    """Decline an offer; the seat that was kept for it goes to whoever waits longest."""
    club = call.path_text("club")
    return ok((await call.services.verbs.decline_club_offer(call.actor, club, body)).body)


@route(
    "POST",
    "/v1/clubs/{club}/waiting/leave",
    scope="clubs:join",
    own=("member",),
    tag=TAG,
    takes=Body(OfMember),
    answers=_AFTER,
    refuses=(*_ANY, errors.NotWaiting),
)
async def leave_waiting_list(call: Call, body: OfMember) -> Reply:
    """Leave the waiting list; the place and what gave it are gone."""
    club = call.path_text("club")
    return ok((await call.services.verbs.leave_waiting_list(call.actor, club, body)).body)


@route(
    "POST",
    "/v1/clubs/{club}/members",
    scope="clubs:manage",
    tag=TAG,
    takes=Body(LetIntoClub),
    answers=_AFTER,
    refuses=(
        *_NAMED,
        errors.CannotBeInvited,
        errors.ClubInstantInvalid,
        errors.NoFreeSeat,
        errors.OvertakingNeedsNote,
    ),
    acts=(Act.CLUB_LET_IN,),
)
async def let_into_club(call: Call, body: LetIntoClub) -> Reply:
    """Let a member in at once; when others wait longer, the note says why, and is kept."""
    club = call.path_text("club")
    return ok((await call.services.verbs.let_into_club(call.actor, club, body)).body)
