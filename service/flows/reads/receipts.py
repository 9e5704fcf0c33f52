"""Purchases found by what is printed on a receipt, and the list of a member's."""

import datetime as dt
import hashlib
import uuid
from typing import Final

import msgspec

from service.domain.holders import store as holders
from service.domain.purchases import receipts
from service.domain.purchases.basket import MemberRef
from service.domain.purchases.errors import SearchTooWide, SpanInvalid
from service.domain.purchases.receipts import (
    SPAN_MAX,
    FindPurchases,
    Position,
    PurchasePage,
    Wanted,
    summaries,
)
from service.flows.reads import members
from service.flows.reads.whose import check_member
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.gone import followed
from service.infra import cursors
from service.kernel.calendar import end_of_day, start_of_day

LATEST: Final = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
_FIRST: Final = uuid.UUID(int=0)
_encode: Final = msgspec.json.Encoder(order="deterministic").encode


async def search(ctx: Context, body: FindPurchases) -> PurchasePage:
    """A page of those that fit; MemberNotFound, SearchTooWide, SpanInvalid, CursorInvalid."""
    holder_id = await _member(ctx, body)
    since, until = _span(ctx, body)
    wanted = Wanted(
        since=since,
        until=until,
        store=body.store,
        holder_id=holder_id,
        channel=body.channel,
        total=body.total,
        starts=body.external_id_starts,
        ends=body.external_id_ends,
    )
    return await _page(ctx, wanted, body.cursor, body.limit)


async def of_member(
    ctx: Context, member_id: uuid.UUID, cursor: str | None, limit: int
) -> PurchasePage:
    """A page of a member's purchases; MemberNotFound, CursorInvalid."""
    async with ctx.db.reading() as tx:
        await check_member(tx, member_id)
    wanted = Wanted(since=EARLIEST, until=LATEST, holder_id=member_id)
    return await _page(ctx, wanted, cursor, limit)


async def _member(ctx: Context, body: FindPurchases) -> uuid.UUID | None:
    if body.member is None:
        return None
    if not isinstance(body.member, MemberRef):
        return await members.lookup(ctx, body.member)
    return await followed(lambda one: _checked(ctx, one), body.member.id)


async def _checked(ctx: Context, member_id: uuid.UUID) -> uuid.UUID:
    async with ctx.db.reading() as tx:
        await check_member(tx, member_id)
    return member_id


def _span(ctx: Context, body: FindPurchases) -> tuple[dt.datetime, dt.datetime]:
    """In which time; a member's whole past when nothing is said."""
    if body.on is not None:
        if body.since is not None or body.until is not None:
            raise SpanInvalid
        return start_of_day(body.on, ctx.programs.tz), end_of_day(body.on, ctx.programs.tz)
    if body.member is not None:
        since, until = body.since or EARLIEST, body.until or LATEST
    elif body.store is None or body.since is None:
        raise SearchTooWide
    else:
        since, until = body.since, body.until or body.since + SPAN_MAX
        if until - since > SPAN_MAX:
            raise SearchTooWide
    if until <= since:
        raise SpanInvalid
    return since, until


async def _page(ctx: Context, wanted: Wanted, cursor: str | None, limit: int) -> PurchasePage:
    key = hashlib.blake2s(_encode(wanted), digest_size=8).digest()
    before: Position = (wanted.until, _FIRST)
    if cursor is not None:
        place = cursors.unseal(ctx.secret, cursor, tuple[str, bytes, dt.datetime, uuid.UUID])
        if place[:2] != ("purchases", key):
            raise cursors.CursorInvalid
        before = (place[2], place[3])
    async with ctx.db.reading() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        found, more = await receipts.page(tx, wanted, before, limit)
        currency = ctx.programs.at(tx.now or EARLIEST).document.program.currency
    following = None if more is None else cursors.seal(ctx.secret, ("purchases", key, *more))
    return PurchasePage(items=summaries(found, currency), next=following)
