"""Operations over HTTP: what was done by hand, and to undo it."""

from typing import Final

from service.api.body import Body
from service.api.call import Call
from service.api.once import done_once, once
from service.api.parameters import operation_id
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.api.stores import at_own_store
from service.domain.access.errors import OwnWallet, StoreForbidden
from service.domain.members.errors import MemberErased
from service.domain.operations import errors
from service.domain.operations.errors import OperationNotFound
from service.domain.operations.types import OperationView
from service.domain.purchases.errors import UnknownStore
from service.domain.returns.errors import NothingToReturn, NotOfThisStoreAndDay, ReturnCollides
from service.domain.rewards.errors import CouponInUse, RedemptionClosed
from service.flows.steps.undoing.undoing import UndoOperation, UndoReceipt

TAG: Final = "Operations"


@route(
    "GET",
    "/v1/operations/{operation_id}",
    scope="members:read",
    tag=TAG,
    answers={200: Answer(what="The operation.", body=OperationView)},
    refuses=(OperationNotFound,),
)
async def read_operation(call: Call, _: None) -> Reply:
    """Read an operation: who did it, where and why, who approved it, what it moved, what undid it.

    An adjustment, a coupon given by hand, money put on a gift card, a transfer, an undo, a return,
    a void and the like; by the id of a purchase that was attached to a member, that it was. Else
    purchases and redemptions are read at theirs.
    """
    return ok(await call.services.reads.operation(operation_id(call)))


@route(
    "POST",
    "/v1/operations/{operation_id}/undo",
    scope="operations:undo",
    tag=TAG,
    takes=Body(UndoOperation),
    answers=done_once(
        UndoReceipt, "Undone now.", "It was undone already: the answer that was given then."
    ),
    refuses=(
        errors.CannotBeUndone,
        CouponInUse,
        MemberErased,
        NotOfThisStoreAndDay,
        NothingToReturn,
        errors.NotUndoable,
        OperationNotFound,
        errors.OutsideUndoWindow,
        OwnWallet,
        RedemptionClosed,
        ReturnCollides,
        StoreForbidden,
        UnknownStore,
    ),
)
async def undo_operation(call: Call, body: UndoOperation) -> Reply:
    """Undo what was just done, by the id that its answer told.

    A purchase is void, a redemption cancelled; an adjustment, a coupon given by hand, money put on
    a gift card, a transfer, units that went to or came from a pool and a hand-over are taken back,
    if all of it is there still: no debt is made, and what somebody has used since is in the way. At
    the same store on the same business day, unless the key has the scope `operations:undo-any`.
    Undone again it answers the same; an undo cannot be undone.
    """
    ours = at_own_store(call.actor, body)
    done = await call.services.verbs.undo_operation(call.actor, operation_id(call), ours)
    return once(done.body, replayed=done.replayed)
