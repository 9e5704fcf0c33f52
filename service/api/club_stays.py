"""Belonging to clubs, over HTTP: staying away, leaving, asking to be let in, paying, owning.

Who asks as a member (`by`, `member`) the partner vouches for. Of a hidden club outsiders are told
what they are told of one that does not exist.
"""

from typing import Final

from service.api.body import Body
from service.api.call import Call
from service.api.headers import required_key
from service.api.once import done_once, once
from service.api.parameters import club_application_id
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.domain.access.errors import OwnWallet
from service.domain.audit.acts import Act
from service.domain.clubs import errors
from service.domain.clubs.stays import (
    ApplicationView,
    ApplyToClub,
    BanMember,
    ChangeOwner,
    ClubPoolReceipt,
    ClubStanding,
    DecideApplication,
    MoveClubUnits,
    OwnerView,
    PauseMembership,
    PayForClub,
    PaymentPlace,
    PaymentReceipt,
    ReversePayment,
)
from service.domain.clubs.types import OfMember
from service.domain.coupons.errors import TooManyCodes
from service.domain.members.errors import MemberNotFound, UnknownIdentifierKind
from service.domain.transfers.errors import RecipientNotFound
from service.domain.wallets.errors import InsufficientPoints, UnknownWallet

TAG: Final = "Clubs"
_ANY: Final = (errors.ClubNotFound, MemberNotFound, OwnWallet)
_NAMED: Final = (*_ANY, RecipientNotFound, UnknownIdentifierKind)
_STANDS: Final = {200: Answer(what="How the member stands with the club now.", body=ClubStanding)}
_APPLIED: Final = {200: Answer(what="The application after it.", body=ApplicationView)}
_BEFORE: Final = "Done earlier: the same answer."


@route(
    "POST",
    "/v1/clubs/{club}/leave",
    scope="clubs:join",
    own=("member",),
    tag=TAG,
    takes=Body(OfMember),
    answers=_STANDS,
    refuses=(*_ANY, errors.OwnerCannotLeave),
)
async def leave_club(call: Call, body: OfMember) -> Reply:
    """Leave a club at once; the seat goes to whoever waits. The owner passes it on first."""
    club = call.path_text("club")
    return ok((await call.services.verbs.leave_club(call.actor, club, body)).body)


@route(
    "POST",
    "/v1/clubs/{club}/cancel",
    scope="clubs:join",
    own=("member",),
    tag=TAG,
    takes=Body(OfMember),
    answers=_STANDS,
    refuses=(*_ANY, errors.NotInClub, errors.NothingToCancel),
)
async def cancel_club_membership(call: Call, body: OfMember) -> Reply:
    """Let a membership end with its term; until then nothing changes."""
    club = call.path_text("club")
    return ok((await call.services.verbs.cancel_club_membership(call.actor, club, body)).body)


@route(
    "POST",
    "/v1/clubs/{club}/keep",
    scope="clubs:join",
    own=("member",),
    tag=TAG,
    takes=Body(OfMember),
    answers=_STANDS,
    refuses=(*_ANY, errors.NotInClub, errors.NothingToCancel),
)
async def keep_club_membership(call: Call, body: OfMember) -> Reply:
    """Take a cancellation back."""
    club = call.path_text("club")
    return ok((await call.services.verbs.keep_club_membership(call.actor, club, body)).body)


@route(
    "POST",
    "/v1/clubs/{club}/pause",
    scope="clubs:join",
    own=("member",),
    tag=TAG,
    takes=Body(PauseMembership),
    answers=_STANDS,
    refuses=(*_ANY, errors.AlreadyPaused, errors.NotInClub, errors.PauseTooLong),
)
async def pause_club_membership(call: Call, body: PauseMembership) -> Reply:
    """Stay away from a club until then, at most as long as it allows members by themselves.

    Who pauses is not in the club, but keeps the seat; a term runs on.
    """
    club = call.path_text("club")
    return ok((await call.services.verbs.pause_club_membership(call.actor, club, body)).body)


@route(
    "POST",
    "/v1/clubs/{club}/resume",
    scope="clubs:join",
    own=("member",),
    tag=TAG,
    takes=Body(OfMember),
    answers=_STANDS,
    refuses=(*_ANY, errors.NotInClub),
)
async def resume_club_membership(call: Call, body: OfMember) -> Reply:
    """End a pause before its time."""
    club = call.path_text("club")
    return ok((await call.services.verbs.resume_club_membership(call.actor, club, body)).body)


@route(
    "POST",
    "/v1/clubs/{club}/ban",
    scope="clubs:manage",
    tag=TAG,
    takes=Body(BanMember),
    answers=_STANDS,
    refuses=_NAMED,
    acts=(Act.CLUB_BANNED,),
)
async def ban_from_club(call: Call, body: BanMember) -> Reply:
    """Ban a member: out now, and not let in again by anything until the ban is lifted."""
    club = call.path_text("club")
    return ok((await call.services.verbs.ban_from_club(call.actor, club, body)).body)


@route(
    "POST",
    "/v1/clubs/{club}/unban",
    scope="clubs:manage",
    tag=TAG,
    takes=Body(BanMember),
    answers=_STANDS,
    refuses=_NAMED,
    acts=(Act.CLUB_UNBANNED,),
)
async def unban_from_club(call: Call, body: BanMember) -> Reply:
    """Lift a ban; what the member was in by before does not come back."""
    club = call.path_text("club")
    return ok((await call.services.verbs.unban_from_club(call.actor, club, body)).body)


@route(
    "POST",
    "/v1/clubs/{club}/applications",
    scope="clubs:join",
    own=("member",),
    tag=TAG,
    takes=Body(ApplyToClub),
    answers=done_once(ApplicationView, "The application.", "The application that is open."),
    refuses=(*_ANY, errors.AlreadyInClub, errors.EntryNotOffered, TooManyCodes),
)
async def apply_to_club(call: Call, body: ApplyToClub) -> Reply:
    """Ask to be let in; staff or the club's owner decide.

    Somebody who does not know a hidden club shows a code to apply with, such as a link carries. A
    code that is no good is answered like a club that does not exist.
    """
    done = await call.services.verbs.apply_to_club(call.actor, call.path_text("club"), body)
    return once(done.body, replayed=done.replayed)


@route(
    "POST",
    "/v1/clubs/{club}/applications/{application_id}/withdraw",
    scope="clubs:join",
    own=("member",),
    tag=TAG,
    takes=Body(OfMember),
    answers=_APPLIED,
    refuses=(*_ANY, errors.ApplicationDecidedOtherwise, errors.ApplicationNotFound),
)
async def withdraw_club_application(call: Call, body: OfMember) -> Reply:
    """Take an application back that was not decided yet."""
    verbs, club = call.services.verbs, call.path_text("club")
    application = club_application_id(call)
    done = await verbs.withdraw_club_application(call.actor, club, application, body)
    return ok(done.body)


@route(
    "POST",
    "/v1/clubs/{club}/applications/{application_id}/decide",
    scope="clubs:invite",
    own=("by",),
    tag=TAG,
    takes=Body(DecideApplication),
    answers=_APPLIED,
    refuses=(
        *_ANY,
        errors.ApplicationDecidedOtherwise,
        errors.ApplicationNotFound,
        errors.ClubFull,
        errors.NotInClub,
    ),
    acts=(Act.CLUB_APPLICATION_DECIDED,),
)
async def decide_club_application(call: Call, body: DecideApplication) -> Reply:
    """Approve an application or reject it: as the club's owner, or with clubs:approve.

    Whoever is approved and finds no free seat waits for one.
    """
    verbs, club = call.services.verbs, call.path_text("club")
    application = club_application_id(call)
    return ok((await verbs.decide_club_application(call.actor, club, application, body)).body)


@route(
    "POST",
    "/v1/clubs/{club}/payments/offers",
    scope="clubs:join",
    own=("member",),
    tag=TAG,
    takes=Body(OfMember),
    answers=done_once(PaymentPlace, "A seat that is kept, or a place on the list.", _BEFORE),
    refuses=(
        *_ANY,
        errors.AlreadyInClub,
        errors.AlreadyInvited,
        errors.CannotBeInvited,
        errors.ClubFull,
        errors.EntryNotOffered,
    ),
)
async def offer_club_payment(call: Call, body: OfMember) -> Reply:
    """Keep a seat for a member while they pay; without a free one they wait for it."""
    done = await call.services.verbs.offer_club_payment(call.actor, call.path_text("club"), body)
    return once(done.body, replayed=done.replayed)


@route(
    "POST",
    "/v1/clubs/{club}/payments",
    scope="clubs:pay",
    tag=TAG,
    takes=Body(PayForClub),
    answers=done_once(PaymentReceipt, "The paid term.", "Recorded earlier: the same payment."),
    refuses=(
        *_NAMED,
        errors.CannotBeInvited,
        errors.ClubFull,
        errors.ClubInstantInvalid,
        errors.ClubPaymentReused,
        errors.ClubPriceDiffers,
        errors.EntryNotOffered,
    ),
)
async def record_club_payment(call: Call, body: PayForClub) -> Reply:
    """Record that a term was paid for, once for each reference. No card is charged here.

    The term begins when it was paid, or where an earlier paid one ends. Somebody who is not in the
    club needs a free seat nobody waits for, or one that is kept for them.
    """
    done = await call.services.verbs.record_club_payment(call.actor, call.path_text("club"), body)
    return once(done.body, replayed=done.replayed)


@route(
    "POST",
    "/v1/clubs/{club}/payments/reverse",
    scope="clubs:pay",
    tag=TAG,
    takes=Body(ReversePayment),
    answers={200: Answer(what="The payment after it.", body=PaymentReceipt)},
    refuses=(*_ANY, errors.ClubPaymentNotFound),
)
async def reverse_club_payment(call: Call, body: ReversePayment) -> Reply:
    """Record that a payment was taken back: its term is over now; later paid ones move up."""
    club = call.path_text("club")
    return ok((await call.services.verbs.reverse_club_payment(call.actor, club, body)).body)


@route(
    "POST",
    "/v1/clubs/{club}/owner",
    scope="clubs:invite",
    own=("by",),
    tag=TAG,
    takes=Body(ChangeOwner),
    answers={200: Answer(what="Who owns the club now.", body=OwnerView)},
    refuses=(*_ANY, errors.NotInClub),
    acts=(Act.CLUB_OWNER_CHANGED,),
)
async def change_club_owner(call: Call, body: ChangeOwner) -> Reply:
    """Pass a club on to somebody who belongs to it: as its owner, or with clubs:manage."""
    club = call.path_text("club")
    return ok((await call.services.verbs.change_club_owner(call.actor, club, body)).body)


_MOVED: Final = done_once(ClubPoolReceipt, "Done now.")
_MOVING: Final = (
    *_ANY,
    InsufficientPoints,
    errors.NotInClub,
    UnknownWallet,
    errors.WalletNotOfClub,
)


@route(
    "POST",
    "/v1/clubs/{club}/give",
    scope="clubs:join",
    own=("member",),
    tag=TAG,
    spends=True,
    takes=Body(MoveClubUnits),
    answers=_MOVED,
    refuses=_MOVING,
    key="required",
)
async def give_to_club(call: Call, body: MoveClubUnits) -> Reply:
    """Put units of a member into the club's pool; they keep when they lapse, and stay there."""
    key, club = required_key(call), call.path_text("club")
    done = await call.services.verbs.give_to_club(call.actor, club, body, key)
    return once(done.body, replayed=done.replayed)


@route(
    "POST",
    "/v1/clubs/{club}/draw",
    scope="clubs:join",
    own=("member",),
    tag=TAG,
    takes=Body(MoveClubUnits),
    answers=_MOVED,
    refuses=(*_MOVING, errors.ClubDrawLimitReached),
    key="required",
)
async def draw_from_club(call: Call, body: MoveClubUnits) -> Reply:
    """Draw units from the club's pool, within what a member may draw in a calendar month."""
    key, club = required_key(call), call.path_text("club")
    done = await call.services.verbs.draw_from_club(call.actor, club, body, key)
    return once(done.body, replayed=done.replayed)
