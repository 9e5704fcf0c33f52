"""Returns over HTTP."""

from typing import Final

from service.api.body import Body
from service.api.call import Call
from service.api.once import REPLAYED, done_once, once
from service.api.parameters import purchase_id
from service.api.purchases import REFUSES as PURCHASE_REFUSES
from service.api.reply import Reply, encode
from service.api.route import Answer, route
from service.api.stores import at_own_store
from service.api.wording import worded
from service.domain.access.errors import OwnWallet, ScopeMissing, StoreForbidden
from service.domain.purchases.errors import (
    BackdateTooFar,
    InTheFuture,
    PurchaseNotFound,
    UnknownChannel,
    UnknownStore,
)
from service.domain.returns import errors
from service.domain.returns.types import RecordReturn, ReturnReceipt, VoidPurchase
from service.flows.steps.returns.exchanging import ExchangeItems, ExchangeReceipt

TAG: Final = "Returns"
RETURN_REFUSES: Final = (
    errors.NothingToReturn,
    errors.PurchaseNotNamed,
    errors.ReturnBeforePurchase,
    errors.ReturnCollides,
    errors.ReturnExceedsPurchase,
    errors.ReturnKeyReused,
    errors.UnknownLine,
    BackdateTooFar,
    InTheFuture,
    PurchaseNotFound,
    StoreForbidden,
    UnknownChannel,
    UnknownStore,
)


@route(
    "POST",
    "/v1/returns",
    scope="returns:write",
    tag=TAG,
    takes=Body(RecordReturn),
    answers={
        201: Answer(what="Recorded and applied now.", body=ReturnReceipt),
        202: Answer(
            what="Its purchase is not known yet: parked, applied when the purchase arrives.",
            body=ReturnReceipt,
        ),
        200: Answer(
            what="Recorded earlier under the same natural key with the same content.",
            body=ReturnReceipt,
            headers=("Idempotency-Replayed",),
        ),
    },
    refuses=RETURN_REFUSES,
    languages=True,
)
async def record_return(call: Call, body: RecordReturn) -> Reply:
    """Record items given back.

    The member keeps what the rest of the purchase would have earned under the rules of its day; the
    answer says what to hand back (`refund`) and which units were taken back. A return has a natural
    key of its own and may be sent again. It may come before its purchase.
    """
    ours = at_own_store(call.actor, body)
    done = await call.services.verbs.record_return(call.actor, ours)
    if done.replayed and not done.parked:
        return Reply(200, encode(worded(call, done.body)), headers=REPLAYED)
    return Reply(202 if done.parked else 201, encode(worded(call, done.body)))


@route(
    "POST",
    "/v1/exchanges",
    scope="returns:write",
    tag=TAG,
    takes=Body(ExchangeItems),
    answers=done_once(
        ExchangeReceipt,
        "Recorded now, both.",
        "Recorded earlier under the same natural keys with the same content.",
    ),
    refuses=tuple(dict.fromkeys((*RETURN_REFUSES, *PURCHASE_REFUSES))),
    languages=True,
)
async def exchange_items(call: Call, body: ExchangeItems) -> Reply:
    """Exchange items: a return and a purchase in one transaction, for one net amount.

    Both are recorded or neither is. The return comes first: points and coupons that it gives back
    can be used on the purchase. The purchase that items come back of must be known. Needs the scope
    `purchases:write` as well.
    """
    if not call.actor.may("purchases:write"):
        raise ScopeMissing(scope="purchases:write")
    bring, buy = at_own_store(call.actor, body.bring), at_own_store(call.actor, body.buy)
    ours = ExchangeItems(bring=bring, buy=buy)
    done = await call.services.verbs.exchange_items(call.actor, ours)
    return once(worded(call, done.body), replayed=done.replayed)


@route(
    "POST",
    "/v1/purchases/{purchase_id}/void",
    scope="purchases:void",
    tag=TAG,
    takes=Body(VoidPurchase),
    answers=done_once(
        ReturnReceipt, "Void now.", "It was void already: the answer that was given then."
    ),
    refuses=(
        errors.NothingToReturn,
        errors.NotOfThisStoreAndDay,
        errors.ReturnCollides,
        OwnWallet,
        PurchaseNotFound,
        StoreForbidden,
        UnknownStore,
    ),
    languages=True,
)
async def void_purchase(call: Call, body: VoidPurchase) -> Reply:
    """Void a purchase: as if it had not been.

    Points, tiers, budgets and limits go back, points paid return to their lots, every coupon used
    on it can be used again whatever its policy, coupons it gave are void. For a mistake just made:
    at the same store on the same business day, unless the key has the scope `purchases:void-any`.
    Its natural key stays taken.
    """
    ours = at_own_store(call.actor, body)
    done = await call.services.verbs.void_purchase(call.actor, purchase_id(call), ours)
    return once(worded(call, done.body), replayed=done.replayed)
