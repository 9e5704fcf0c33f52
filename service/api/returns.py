"""Returns over HTTP."""

from typing import Final

from service.api.body import Body
from service.api.call import Call
from service.api.purchases import REPLAYED
from service.api.reply import Reply, encode
from service.api.route import Answer, route
from service.api.stores import at_own_store
from service.domain.access.errors import StoreForbidden
from service.domain.purchases.errors import (
    BackdateTooFar,
    InTheFuture,
    PurchaseNotFound,
    UnknownChannel,
    UnknownStore,
)
from service.domain.returns import errors
from service.domain.returns.types import RecordReturn, ReturnReceipt

TAG: Final = "Returns"


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
    refuses=(
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
    ),
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
        return Reply(200, encode(done.body), headers=REPLAYED)
    return Reply(202 if done.parked else 201, encode(done.body))
