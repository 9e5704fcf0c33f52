"""Purchases over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec

from service.api.body import LARGE_BYTES_MAX, Body
from service.api.call import Call
from service.api.parameters import purchase_id
from service.api.problems import content
from service.api.query import Query
from service.api.reply import Reply, created, encode, ok
from service.api.route import Answer, route
from service.api.stores import at_own_store
from service.domain.access.errors import StoreForbidden
from service.domain.coupons.errors import TooManyCodes
from service.domain.holds.errors import HoldClosed, HoldNotFound, HoldTimedOut
from service.domain.members.errors import MemberNotFound, UnknownIdentifierKind
from service.domain.purchases import errors
from service.domain.purchases.types import (
    AttachPurchase,
    ExplanationView,
    PurchaseBatch,
    Receipt,
    RecordPurchase,
)
from service.domain.wallets.errors import InsufficientPoints, UnknownWallet
from service.kernel.answer import Answer as Done
from service.kernel.errors import ExpectedError
from service.kernel.text import Key

TAG: Final = "Purchases"
REPLAYED: Final = ((b"idempotency-replayed", b"true"),)
RECEIPT_REF: Final = {"$ref": "#/components/schemas/Receipt"}
PROBLEM_REF: Final = {"$ref": "#/components/schemas/Problem"}
ASKING_REFUSES: Final = (
    errors.BackdateTooFar,
    errors.CurrencyMismatch,
    errors.InTheFuture,
    errors.LineInvalid,
    errors.NamedTwice,
    errors.NotRedeemable,
    errors.TooManyToCombine,
    errors.TotalInvalid,
    errors.UnknownChannel,
    errors.UnknownStore,
    MemberNotFound,
    StoreForbidden,
    TooManyCodes,
    UnknownIdentifierKind,
    UnknownWallet,
)
SCARCE_REFUSES: Final = (
    *ASKING_REFUSES,
    errors.CouponsRefused,
    errors.RedemptionRefused,
    InsufficientPoints,
)
REFUSES: Final = (
    *SCARCE_REFUSES,
    errors.DecisionDiffers,
    errors.HoldOfAnother,
    errors.NaturalKeyReused,
    errors.QuoteDiffers,
    errors.QuoteExpired,
    errors.QuoteInvalid,
    errors.QuoteNotGranted,
    HoldClosed,
    HoldNotFound,
    HoldTimedOut,
)

_RECEIPT: Final = {
    201: Answer(what="Recorded now.", body=Receipt, headers=("Location",)),
    200: Answer(
        what="Recorded earlier under the same natural key with the same content: the same receipt.",
        body=Receipt,
        headers=("Idempotency-Replayed",),
    ),
}


class BatchResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one item: a receipt (status 201, or 200 when `replayed`) or a problem."""

    status: int
    replayed: bool | msgspec.UnsetType = msgspec.UNSET
    body: Annotated[Any, msgspec.Meta(extra_json_schema={"anyOf": [RECEIPT_REF, PROBLEM_REF]})]


class BatchResults(msgspec.Struct, frozen=True, kw_only=True):
    """One result per item, in the order of the items."""

    results: Sequence[BatchResult]


class NaturalKey(msgspec.Struct, frozen=True, kw_only=True):
    """The shop's own name of a purchase."""

    channel: Annotated[Key, msgspec.Meta(description="The channel it was sold in.")]
    external_id: Annotated[Key, msgspec.Meta(description="The shop's own name of it.")]


@route(
    "POST",
    "/v1/purchases",
    scope="purchases:write",
    tag=TAG,
    takes=Body(RecordPurchase),
    answers=_RECEIPT,
    refuses=REFUSES,
)
async def record_purchase(call: Call, body: RecordPurchase) -> Reply:
    """Record a purchase.

    Earns points, moves tiers and answers the receipt in one transaction, all or nothing. The
    natural key (`channel`, `external_id`) makes it safe to send again: the same content answers the
    same receipt (200), other content is refused (422). A refusal leaves the natural key free.
    """
    ours = at_own_store(call.actor, body)
    done = await call.services.verbs.record_purchase(call.actor, ours)
    if done.replayed:
        return Reply(200, encode(done.body), headers=REPLAYED)
    return created(done.body, f"/v1/purchases/{done.body.id}")


@route(
    "POST",
    "/v1/purchases/batch",
    scope="purchases:write",
    tag=TAG,
    takes=Body(PurchaseBatch, bytes_max=LARGE_BYTES_MAX),
    answers={200: Answer(what="One result per item, in order.", body=BatchResults)},
    refuses=(StoreForbidden,),
)
async def record_purchase_batch(call: Call, body: PurchaseBatch) -> Reply:
    """Record up to 500 purchases in one request of at most 1 MB.

    Each item has its own result and its own natural key; one that is refused does not stop the
    others. Items of one member are recorded in their order. A body that is not of the documented
    shape is refused as a whole: the pointer names the item.
    """
    items = [at_own_store(call.actor, item) for item in body.items]
    done = await call.services.verbs.record_purchase_batch(call.actor, items)
    return ok(BatchResults(results=[_result(one) for one in done]))


def _result(one: Done[Receipt] | ExpectedError) -> BatchResult:
    if isinstance(one, ExpectedError):
        problem = content(one)
        return BatchResult(status=problem["status"], body=problem)
    status = 200 if one.replayed else 201
    return BatchResult(status=status, replayed=one.replayed, body=one.body)


@route(
    "GET",
    "/v1/purchases/{purchase_id}",
    scope="purchases:read",
    tag=TAG,
    answers={200: Answer(what="The receipt, as it was answered.", body=Receipt)},
    refuses=(errors.PurchaseNotFound,),
)
async def read_purchase(call: Call, _: None) -> Reply:
    """Read a purchase by its id."""
    return ok(await call.services.reads.purchase(purchase_id(call)))


@route(
    "GET",
    "/v1/purchases",
    scope="purchases:read",
    tag=TAG,
    takes=Query(NaturalKey),
    answers={200: Answer(what="The receipt, as it was answered.", body=Receipt)},
    refuses=(errors.PurchaseNotFound,),
)
async def find_purchase(call: Call, query: NaturalKey) -> Reply:
    """Read a purchase by its natural key.

    This is how a till learns after a lost answer whether its purchase was recorded.
    """
    reads = call.services.reads
    return ok(await reads.purchase_by_key(query.channel, query.external_id))


@route(
    "GET",
    "/v1/purchases/{purchase_id}/explanation",
    scope="purchases:read",
    tag=TAG,
    answers={200: Answer(what="Why it earned what it earned.", body=ExplanationView)},
    refuses=(errors.PurchaseNotFound,),
)
async def explain_purchase(call: Call, _: None) -> Reply:
    """Explain what a purchase earned, decided anew from the stored facts and program version.

    With the scope `decisions:read` every rule is shown with the conditions that failed, what they
    wanted and what they got; otherwise only the effects that fired.
    """
    full = call.actor.may("decisions:read")
    return ok(await call.services.reads.explanation(purchase_id(call), full=full))


@route(
    "POST",
    "/v1/purchases/{purchase_id}/member",
    scope="purchases:attach",
    tag=TAG,
    takes=Body(AttachPurchase),
    answers={
        201: Answer(what="It is the member's now; the receipt as decided for them.", body=Receipt),
        200: Answer(
            what="It was the member's already: its receipt.",
            body=Receipt,
            headers=("Idempotency-Replayed",),
        ),
    },
    refuses=(
        errors.BelongsToAnother,
        errors.ClaimedTooLate,
        errors.PurchaseNotFound,
        errors.PurchaseVoid,
        MemberNotFound,
        UnknownIdentifierKind,
    ),
)
async def attach_purchase(call: Call, body: AttachPurchase) -> Reply:
    """Attach a purchase of nobody known to a member ("I forgot my card").

    It earns by the rules, the tier and the history of its own day, as far back as the program's
    `claim_max`. Prices stay as they were charged.
    """
    wanted = purchase_id(call)
    done = await call.services.verbs.attach_purchase(call.actor, wanted, body)
    if done.replayed:
        return Reply(200, encode(done.body), headers=REPLAYED)
    return Reply(201, encode(done.body))
