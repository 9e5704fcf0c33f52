"""Purchases over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec

from service.api.body import LARGE_BYTES_MAX, Body
from service.api.call import Call
from service.api.once import done_once, once
from service.api.own_member import refuse_foreign
from service.api.parameters import purchase_id
from service.api.problems import content
from service.api.query import Query
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.api.stores import at_own_store
from service.api.wording import worded
from service.domain.access.errors import OwnWallet, StoreForbidden
from service.domain.coupons.errors import TooManyCodes
from service.domain.gift_cards.errors import TooManyPins
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
    TooManyPins,
    UnknownIdentifierKind,
    UnknownWallet,
)
SCARCE_REFUSES: Final = (
    *ASKING_REFUSES,
    errors.CouponsRefused,
    errors.GiftCardsRefused,
    errors.RedemptionRefused,
    InsufficientPoints,
    OwnWallet,
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

_RECEIPT: Final = done_once(
    Receipt,
    "Recorded now.",
    "Recorded earlier under the same natural key with the same content: the same receipt.",
    located=True,
)


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
    languages=True,
)
async def record_purchase(call: Call, body: RecordPurchase) -> Reply:
    """Record a purchase.

    Earns points, moves tiers and answers the receipt in one transaction, all or nothing. The
    natural key (`channel`, `external_id`) makes it safe to send again: the same content answers the
    same receipt (200), other content is refused (422). A refusal leaves the natural key free.
    """
    ours = at_own_store(call.actor, body)
    done = await call.services.verbs.record_purchase(call.actor, ours)
    location = f"/v1/purchases/{done.body.id}"
    return once(worded(call, done.body), replayed=done.replayed, location=location)


@route(
    "POST",
    "/v1/purchases/batch",
    scope="purchases:write",
    tag=TAG,
    takes=Body(PurchaseBatch, bytes_max=LARGE_BYTES_MAX),
    answers={200: Answer(what="One result per item, in order.", body=BatchResults)},
    refuses=(StoreForbidden,),
    languages=True,
)
async def record_purchase_batch(call: Call, body: PurchaseBatch) -> Reply:
    """Record up to 500 purchases in one request of at most 1 MB.

    Each item has its own result and its own natural key; one that is refused does not stop the
    others. Items of one member are recorded in their order. A body that is not of the documented
    shape is refused as a whole: the pointer names the item.
    """
    items = [at_own_store(call.actor, item) for item in body.items]
    done = await call.services.verbs.record_purchase_batch(call.actor, items)
    return ok(BatchResults(results=[_result(call, one) for one in done]))


def _result(call: Call, one: Done[Receipt] | ExpectedError) -> BatchResult:
    if isinstance(one, ExpectedError):
        problem = content(one)
        return BatchResult(status=problem["status"], body=problem)
    status = 200 if one.replayed else 201
    return BatchResult(status=status, replayed=one.replayed, body=worded(call, one.body))


@route(
    "GET",
    "/v1/purchases/{purchase_id}",
    scope="purchases:read",
    own=(),
    tag=TAG,
    answers={200: Answer(what="The receipt, as it was answered.", body=Receipt)},
    refuses=(errors.PurchaseNotFound,),
    languages=True,
)
async def read_purchase(call: Call, _: None) -> Reply:
    """Read a purchase by its id."""
    found = await call.services.reads.purchase(purchase_id(call))
    refuse_foreign(call.actor, errors.PurchaseNotFound, found.member_id)
    return ok(worded(call, found))


@route(
    "GET",
    "/v1/purchases",
    scope="purchases:read",
    tag=TAG,
    takes=Query(NaturalKey),
    answers={200: Answer(what="The receipt, as it was answered.", body=Receipt)},
    refuses=(errors.PurchaseNotFound,),
    languages=True,
)
async def find_purchase(call: Call, query: NaturalKey) -> Reply:
    """Read a purchase by its natural key.

    This is how a till learns after a lost answer whether its purchase was recorded.
    """
    reads = call.services.reads
    found = await reads.purchase_by_key(query.channel, query.external_id)
    return ok(worded(call, found))


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
    answers=done_once(
        Receipt,
        "It is the member's now; the receipt as decided for them.",
        "It was the member's already, or it was done under the same Idempotency-Key.",
    ),
    refuses=(
        errors.BelongsToAnother,
        errors.ClaimedTooLate,
        errors.PurchaseBound,
        errors.PurchaseNotFound,
        errors.PurchaseVoid,
        MemberNotFound,
        OwnWallet,
        UnknownIdentifierKind,
    ),
    key="optional",
    languages=True,
)
async def attach_purchase(call: Call, body: AttachPurchase) -> Reply:
    """Attach a purchase of nobody known to a member ("I forgot my card"), or move it to another.

    It earns by the rules, the tier and the history of its own day, as far back as the program's
    `claim_max`. Prices stay as they were charged. One that has a member moves only with the scope
    `purchases:move` and with `from_member`: what that one had of it is taken back, as by a return
    of all of it, and `moved` tells it. One that was paid with the member's own units or a personal
    coupon, or that captured a hold, cannot move: void it and record it anew.
    """
    wanted = purchase_id(call)
    verbs = call.services.verbs
    done = await verbs.attach_purchase(call.actor, wanted, body, call.idempotency_key)
    return once(worded(call, done.body), replayed=done.replayed)
