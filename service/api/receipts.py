"""Purchases found by what their receipts say, and the list of a member's."""

from typing import Annotated, Final

import msgspec

from service.api.body import Body
from service.api.call import Call
from service.api.own_member import PATH
from service.api.parameters import member_id
from service.api.purchases import TAG
from service.api.query import Query
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.api.stores import at_own_store
from service.domain.access.errors import StoreForbidden
from service.domain.members.errors import MemberNotFound
from service.domain.purchases.errors import SearchTooWide, SpanInvalid
from service.domain.purchases.receipts import PAGE_MAX, FindPurchases, PurchasePage
from service.infra.cursors import CursorInvalid

_PAGE: Final = {200: Answer(what="A page of purchases, newest first.", body=PurchasePage)}
_Cursor = Annotated[
    str, msgspec.Meta(min_length=1, max_length=512, description="`next` of the page before.")
]


class PurchasesPage(msgspec.Struct, frozen=True, kw_only=True):
    """Which page."""

    cursor: _Cursor | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_MAX, description="Purchases on a page.")] = 50


@route(
    "POST",
    "/v1/purchases/search",
    scope="purchases:read",
    tag=TAG,
    takes=Body(FindPurchases),
    answers=_PAGE,
    refuses=(CursorInvalid, MemberNotFound, SearchTooWide, SpanInvalid, StoreForbidden),
)
async def search_purchases(call: Call, body: FindPurchases) -> Reply:
    """Find a purchase by what a paper receipt says: the store, the date, the total.

    And as much of its external id as can be read. One whose receipt shows the channel and the
    external id, as a barcode does, is found by `GET /v1/purchases`. A key of one store finds that
    store's only.
    """
    ours = at_own_store(call.actor, body)
    return ok(await call.services.reads.find_purchases(ours))


@route(
    "GET",
    "/v1/members/{member_id}/purchases",
    scope="purchases:read",
    own=(PATH,),
    tag=TAG,
    takes=Query(PurchasesPage),
    answers=_PAGE,
    refuses=(CursorInvalid, MemberNotFound),
)
async def list_purchases(call: Call, query: PurchasesPage) -> Reply:
    """List the purchases of a member, newest first, in pages."""
    reads = call.services.reads
    return ok(await reads.member_purchases(member_id(call), query.cursor, query.limit))
