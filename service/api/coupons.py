"""Coupons over HTTP."""

from typing import Annotated, Final

import msgspec

from service.api.body import LARGE_BYTES_MAX, Body
from service.api.call import Call
from service.api.headers import required_key
from service.api.languages import preferred
from service.api.once import done_once, once
from service.api.own_member import PATH
from service.api.parameters import batch_id, member_id
from service.api.query import Query
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.api.streamed import csv
from service.domain.access.errors import OwnWallet
from service.domain.audit.acts import Act
from service.domain.coupons import errors
from service.domain.coupons.types import (
    BatchView,
    CheckCoupon,
    CouponCheck,
    CouponPage,
    CouponStanding,
    ImportCodes,
    ImportReceipt,
    IssueCoupon,
    IssuedCoupon,
    MakeBatch,
    NameCoupon,
)
from service.domain.members.errors import (
    MemberErased,
    MemberNotFound,
    UnknownIdentifierKind,
)
from service.infra.cursors import CursorInvalid

TAG: Final = "Coupons"
_BATCH: Final = (errors.TemplateNotForBatches, errors.UnknownTemplate)
_Cursor = Annotated[
    str, msgspec.Meta(min_length=1, max_length=512, description="`next` of the page before.")
]


class CouponsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Which page."""

    cursor: _Cursor | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200, description="Coupons on a page.")] = 50


@route(
    "POST",
    "/v1/coupons/check",
    scope="coupons:redeem",
    own=("member.id",),
    tag=TAG,
    takes=Body(CheckCoupon),
    answers={200: Answer(what="What the code is.", body=CouponCheck)},
    refuses=(errors.TooManyCodes, MemberNotFound, UnknownIdentifierKind),
    languages=True,
)
async def check_coupon(call: Call, body: CheckCoupon) -> Reply:
    """Say what a code is and whether it can be used now, whatever is in the cart.

    A code that does not exist, a void one, another member's and a text that is no code are all
    answered `unknown`, alike. A member who shows 10 of them within ten minutes (a device or an
    address: 20) is answered 429 for a while, but for shared codes; the partner's key never is.
    """
    return ok(await call.services.verbs.check_coupon(call.actor, body, preferred(call)))


@route(
    "GET",
    "/v1/members/{member_id}/coupons",
    scope="coupons:read",
    own=(PATH,),
    tag=TAG,
    takes=Query(CouponsPage),
    answers={200: Answer(what="A page of coupons, newest first.", body=CouponPage)},
    refuses=(CursorInvalid, MemberNotFound),
    languages=True,
)
async def list_coupons(call: Call, query: CouponsPage) -> Reply:
    """List the coupons of a member with their codes and what each is worth now, in pages."""
    reads, languages = call.services.reads, preferred(call)
    return ok(await reads.coupons(member_id(call), languages, query.cursor, query.limit))


@route(
    "POST",
    "/v1/members/{member_id}/coupons",
    scope="coupons:give",
    tag=TAG,
    takes=Body(IssueCoupon),
    answers=done_once(
        IssuedCoupon, "Given now.", "Given earlier under the same Idempotency-Key: the same answer."
    ),
    refuses=(
        MemberNotFound,
        OwnWallet,
        errors.TemplateNotPersonal,
        errors.UnknownTemplate,
    ),
    key="required",
)
async def issue_coupon(call: Call, body: IssueCoupon) -> Reply:
    """Give a member a personal coupon by hand; the reason is kept."""
    key = required_key(call)
    done = await call.services.verbs.issue_coupon(call.actor, member_id(call), body, key)
    return once(done.body, replayed=done.replayed)


@route(
    "POST",
    "/v1/coupons/void",
    scope="coupons:give",
    tag=TAG,
    takes=Body(NameCoupon),
    answers={200: Answer(what="The coupon is void.", body=CouponStanding)},
    refuses=(errors.CouponNotFound, MemberErased, errors.NamedByCodeOrId, OwnWallet),
    acts=(Act.COUPON_VOIDED,),
)
async def void_coupon(call: Call, body: NameCoupon) -> Reply:
    """Void a unique or personal coupon; a void one stays void."""
    return ok((await call.services.verbs.void_coupon(call.actor, body)).body)


@route(
    "POST",
    "/v1/coupons/reinstate",
    scope="coupons:give",
    tag=TAG,
    takes=Body(NameCoupon),
    answers={200: Answer(what="The coupon is not void.", body=CouponStanding)},
    refuses=(errors.CouponNotFound, MemberErased, errors.NamedByCodeOrId, OwnWallet),
    acts=(Act.COUPON_REINSTATED,),
)
async def reinstate_coupon(call: Call, body: NameCoupon) -> Reply:
    """Make a void coupon good again; its uses and its end stay what they were."""
    return ok((await call.services.verbs.reinstate_coupon(call.actor, body)).body)


@route(
    "POST",
    "/v1/coupons/batches",
    scope="coupons:manage",
    tag=TAG,
    takes=Body(MakeBatch),
    answers=done_once(
        BatchView,
        "All codes are made.",
        "Made earlier under the same Idempotency-Key: the same answer.",
        located=True,
    ),
    refuses=_BATCH,
    key="required",
    acts=(Act.COUPON_BATCH_MADE,),
    is_long=True,
)
async def make_coupon_batch(call: Call, body: MakeBatch) -> Reply:
    """Make up to a million unique codes of a template.

    Answers when all are there: allow a minute. A request that was cut off is sent again under the
    same Idempotency-Key and goes on where it stopped.
    """
    key = required_key(call)
    done = await call.services.verbs.make_coupon_batch(call.actor, body, key)
    location = f"/v1/coupons/batches/{done.body.id}"
    return once(done.body, replayed=done.replayed, location=location)


@route(
    "POST",
    "/v1/coupons/batches/import",
    scope="coupons:manage",
    tag=TAG,
    takes=Body(ImportCodes, bytes_max=LARGE_BYTES_MAX),
    answers=done_once(
        ImportReceipt,
        "What became of each code.",
        "Brought in earlier under the same Idempotency-Key: the same answer.",
    ),
    refuses=_BATCH,
    key="required",
    acts=(Act.COUPON_BATCH_IMPORTED,),
    is_long=True,
)
async def import_coupon_batch(call: Call, body: ImportCodes) -> Reply:
    """Bring in codes that are out already, up to 50,000 in a body of 1 MB.

    Each is taken, known before (a coupon of the same template), or refused with its reason; one
    that is refused does not stop the others. Brought in codes are not shown again.
    """
    key = required_key(call)
    done = await call.services.verbs.import_coupon_batch(call.actor, body, key)
    return once(done.body, replayed=done.replayed)


@route(
    "GET",
    "/v1/coupons/batches/{batch_id}",
    scope="coupons:read",
    tag=TAG,
    answers={200: Answer(what="The batch.", body=BatchView)},
    refuses=(errors.BatchNotFound,),
)
async def read_coupon_batch(call: Call, _: None) -> Reply:
    """Read how many codes of a batch are there."""
    return ok(await call.services.reads.coupon_batch(batch_id(call)))


@route(
    "GET",
    "/v1/coupons/batches/{batch_id}/codes",
    scope="coupons:manage",
    tag=TAG,
    answers={
        200: Answer(
            what="One column, `code`, as they are printed; in the order they were made.",
            schema={"type": "string"},
            media="text/csv",
        )
    },
    refuses=(errors.BatchImported, errors.BatchNotFound),
    acts=(Act.COUPON_BATCH_EXPORTED,),
)
async def export_coupon_batch(call: Call, _: None) -> Reply:
    """Export all codes of a batch as CSV; at any time, and always the same.

    They are made again for each export: the database holds none of them.
    """
    asked = batch_id(call)
    codes = await call.services.reads.coupon_codes(asked)
    await call.services.verbs.export_coupon_batch(call.actor, asked)
    return csv("code", codes)
