"""Transfers between members over HTTP."""

from typing import Final

from service.api.body import Body
from service.api.call import Call
from service.api.headers import required_key
from service.api.once import done_once, once
from service.api.own_member import PATH
from service.api.parameters import member_id
from service.api.reply import Reply
from service.api.route import route
from service.domain.access.errors import OwnWallet, StepUpRequired
from service.domain.members.errors import MemberNotFound, UnknownIdentifierKind
from service.domain.transfers import errors
from service.domain.transfers.types import TransferReceipt, TransferUnits
from service.domain.wallets.errors import InsufficientPoints, UnknownWallet

TAG: Final = "Wallets"


@route(
    "POST",
    "/v1/members/{member_id}/transfers",
    scope="points:transfer",
    own=(PATH,),
    tag=TAG,
    spends=True,
    takes=Body(TransferUnits),
    answers=done_once(
        TransferReceipt,
        "Given now.",
        "Given earlier under the same Idempotency-Key: the same answer.",
    ),
    refuses=(
        errors.DailyTransfersReached,
        InsufficientPoints,
        MemberNotFound,
        OwnWallet,
        StepUpRequired,
        errors.RecipientNotFound,
        errors.TransferOutOfBounds,
        errors.TransferToItself,
        UnknownIdentifierKind,
        UnknownWallet,
        errors.WalletNotTransferable,
    ),
    key="required",
)
async def transfer_units(call: Call, body: TransferUnits) -> Reply:
    """Give units of a member to another one, within the limits of the program.

    They keep what they were earned by and when they lapse, can be used at once, and pay the debt of
    who gets them first. What is pending or held cannot be given. A return of the purchase that
    earned them is still the giver's.
    """
    key = required_key(call)
    done = await call.services.verbs.transfer_units(call.actor, member_id(call), body, key)
    return once(done.body, replayed=done.replayed)
