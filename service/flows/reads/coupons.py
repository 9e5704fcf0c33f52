"""Coupons: a member's list, batches, and the codes of a batch made again."""

import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Final

from service.domain.coupons import batches, codes, store
from service.domain.coupons.errors import BatchImported, BatchNotFound
from service.domain.coupons.types import (
    BatchRow,
    BatchView,
    CouponPage,
    CouponRow,
    CouponState,
    CouponView,
)
from service.domain.coupons.validity import span
from service.domain.holders import store as holders
from service.flows.reads import paging
from service.flows.reads.whose import member_of
from service.flows.steps import batching, hiding
from service.flows.steps.checkout.presenting import Code, Coupons, Situation
from service.flows.steps.context import EARLIEST, Context
from service.infra import cursors
from service.infra.db import Tx
from service.kernel.texts import Languages, told
from service.rules.compile import Program
from service.rules.facts import Unusable

_KIND: Final = "coupons"
_STATES: Final = {
    None: CouponState.USABLE,
    Unusable.UNKNOWN: CouponState.EXPIRED,  # the program has its template no more
    Unusable.NOT_STARTED: CouponState.NOT_STARTED,
    Unusable.EXPIRED: CouponState.EXPIRED,
    Unusable.USED_UP: CouponState.USED_UP,
    Unusable.MEMBER_LIMIT: CouponState.MEMBER_LIMIT,
    Unusable.NEEDS_HOLD: CouponState.HELD,
}


_OPEN: Final = frozenset({CouponState.USABLE, CouponState.NOT_STARTED, CouponState.HELD})


async def coupons(
    ctx: Context, member_id: uuid.UUID, languages: Languages, cursor: str | None, limit: int
) -> CouponPage:
    """A page of a member's list, newest first; MemberNotFound, CursorInvalid."""
    async with ctx.db.transaction(repeatable=True) as tx:
        member_of(await holders.states(tx, [member_id], ctx.db.clock_offset), member_id)
        before = paging.before(ctx, _KIND, member_id, cursor)
        program = ctx.programs.at(tx.now or EARLIEST)
        hidden = (await hiding.of_member(tx, program, member_id, tx.now or EARLIEST)).coupons
        rows = await store.page_of_member(tx, member_id, before, limit + 1, hidden)
        known = await _states(tx, program, member_id, rows[:limit])
    items = tuple(
        _view(ctx, program, row, state, languages)
        for row, state in zip(rows[:limit], known, strict=True)
    )
    following = None
    if len(rows) > limit:
        last = items[-1]
        following = cursors.seal(ctx.secret, (_KIND, member_id, last.issued_at, last.id))
    return CouponPage(items=items, next=following)


async def open_list(
    tx: Tx, ctx: Context, member_id: uuid.UUID, languages: Languages, limit: int
) -> tuple[CouponView, ...]:
    """What of a member's list can still be used, now or later; what ends first comes first."""
    program = ctx.programs.at(tx.now or EARLIEST)
    hidden = (await hiding.of_member(tx, program, member_id, tx.now or EARLIEST)).coupons
    listed = (await store.of_members(tx, [member_id], tx.now or EARLIEST))[member_id]
    found = [one for one in listed if one.template not in hidden]
    known = await _states(tx, program, member_id, found)
    shown = [
        _view(ctx, program, row, state, languages)
        for row, state in zip(found, known, strict=True)
        if state in _OPEN
    ]
    return tuple(
        sorted(shown, key=lambda one: (one.valid_until or paging.NEWEST[0], one.id))[:limit]
    )


async def _states(
    tx: Tx, program: Program, member_id: uuid.UUID, rows: Sequence[CouponRow]
) -> list[CouponState]:
    """What each is worth now: what a checkout would say that presents it alone."""
    now = tx.now or EARLIEST
    alone = [
        Situation(program=program, member_id=member_id, at=now, codes=(Code("", row.digest),))
        for row in rows
    ]
    known = Coupons(alone, {row.digest: row for row in rows}, now)
    await tx.ask_all(known.questions)
    return [
        CouponState.VOID if row.voided_at is not None else _STATES[known.facts(n)[0].why]
        for n, row in enumerate(rows)
    ]


def _view(
    ctx: Context, program: Program, row: CouponRow, state: CouponState, languages: Languages
) -> CouponView:
    compiled = program.coupons.get(row.template)
    template = None if compiled is None else compiled.template
    start, end = (row.from_at, row.until_at) if template is None else span(template, row)
    view = CouponView(
        id=row.coupon_id,
        template=row.template,
        code=codes.shown(store.code_of(ctx.secret, row.coupon_id)),
        state=state,
        valid_from=start,
        valid_until=end,
        uses=row.used,
        uses_max=row.uses_max,
        issued_at=row.issued_at,
    )
    return told(view, template, languages)


async def batch(ctx: Context, batch_id: uuid.UUID) -> BatchView:
    """How far a batch is; BatchNotFound."""
    return batches.view(await _batch(ctx, batch_id))


async def _batch(ctx: Context, batch_id: uuid.UUID) -> BatchRow:
    async with ctx.db.reading() as tx:
        found = await batches.find(tx, batch_id)
    if found is None:
        raise BatchNotFound
    return found


async def codes_of_batch(ctx: Context, batch_id: uuid.UUID) -> AsyncIterator[list[str]]:
    """All codes of a batch as they are printed, in parts; BatchNotFound, BatchImported."""
    found = await _batch(ctx, batch_id)
    if found.imported:
        raise BatchImported
    return _codes(ctx, found)


def _codes(ctx: Context, found: BatchRow) -> AsyncIterator[list[str]]:
    async def numbers(tx: Tx, after: int, limit: int) -> list[int]:
        return await batches.numbers(tx, found.batch_id, after, limit)

    def lines(wanted: list[int]) -> list[str]:
        return [codes.shown(code) for _, code in batches.made(ctx.secret, found.seed, wanted)]

    return batching.parts(ctx, numbers, lines)
