"""Reports over channels and stores."""

from typing import Annotated, Final

import msgspec

from service.api.call import Call
from service.api.query import Query
from service.api.receipts import PurchasesPage
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.domain.access.errors import StoreForbidden
from service.domain.purchases.errors import SpanInvalid
from service.domain.purchases.overruns import OverrunKind, OverrunPage, OverrunReport, Wanted
from service.infra.cursors import CursorInvalid
from service.kernel.text import Instant, Key

TAG: Final = "Reports"

_FROM: Final = "The first instant; at most 400 days before `until`."
_UNTIL: Final = "The instant after the last."


class Span(msgspec.Struct, frozen=True, kw_only=True, rename={"since": "from"}):
    """In which time something was sold."""

    since: Annotated[Instant, msgspec.Meta(description=_FROM)]
    until: Annotated[Instant, msgspec.Meta(description=_UNTIL)]


class OverrunsBehind(PurchasesPage, frozen=True, kw_only=True, rename={"since": "from"}):
    """Which row of the report, and which page; what is left out may be anything."""

    since: Annotated[Instant, msgspec.Meta(description=_FROM)]
    until: Annotated[Instant, msgspec.Meta(description=_UNTIL)]
    channel: Annotated[Key, msgspec.Meta(description="The channel it was sold in.")] | None = None
    store: Annotated[Key, msgspec.Meta(description="The store.")] | None = None
    kind: (
        Annotated[OverrunKind, msgspec.Meta(description="Of what there was too little.")] | None
    ) = None
    name: (
        Annotated[
            Key, msgspec.Meta(description="The wallet, the coupon's template or the campaign.")
        ]
        | None
    ) = None


@route(
    "GET",
    "/v1/reports/overruns",
    scope="reports:read",
    tag=TAG,
    takes=Query(Span),
    answers={200: Answer(what="Sums by channel, store, kind and name.", body=OverrunReport)},
    refuses=(SpanInvalid,),
)
async def report_overruns(call: Call, query: Span) -> Reply:
    """Sum up what tills had given though it was not there any more, by channel and store.

    Points that became debt, uses of coupons, budgets and money of gift cards beyond what there was:
    of purchases that were recorded after goods and money had changed hands, by when they were sold.
    A key of one store sees that store's only.
    """
    found = await call.services.reads.overruns(query.since, query.until, call.actor.store)
    return ok(found)


@route(
    "GET",
    "/v1/reports/overruns/purchases",
    scope="reports:read",
    tag=TAG,
    takes=Query(OverrunsBehind),
    answers={200: Answer(what="A page of them, newest first.", body=OverrunPage)},
    refuses=(CursorInvalid, SpanInvalid, StoreForbidden),
)
async def list_overruns(call: Call, query: OverrunsBehind) -> Reply:
    """List the purchases behind the report of overruns, or behind one of its rows, in pages."""
    own = call.actor.store
    if own is not None and query.store not in {None, own}:
        raise StoreForbidden
    wanted = Wanted(
        since=query.since,
        until=query.until,
        channel=query.channel,
        store=query.store or own,
        kind=query.kind,
        name=query.name,
    )
    return ok(await call.services.reads.overrun_purchases(wanted, query.cursor, query.limit))
