"""Wallets at other times: as they stood, as it was known then, as they will be."""

import datetime as dt
import uuid
from typing import Final

import msgspec

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holds import store as holds
from service.domain.wallets import store
from service.domain.wallets.errors import WalletNotFound
from service.domain.wallets.types import EntryPage, EntryView, Reason, WalletsView
from service.flows.reads.balances import projected, views
from service.flows.reads.whose import check_member, member_of
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.work import Work
from service.infra import cursors
from service.kernel.actor import ActorKind
from service.kernel.text import SAFE_INT_MAX

PAGE_MAX: Final = 200


async def wallets_at(
    ctx: Context, member_id: uuid.UUID, at: dt.datetime | None, known_at: dt.datetime | None
) -> WalletsView:
    """Balances by effective time, without what was recorded after `known_at`; MemberNotFound.

    A future instant projects releases, time-outs and expiries.
    """
    async with ctx.db.transaction(repeatable=True) as tx:
        states = await holders.states(tx, [member_id], ctx.db.clock_offset)
        holder = member_of(states, member_id)
        now = tx.now or EARLIEST
        wanted = at or now
        if known_at is None and wanted >= now:
            ((work, _),) = await projected(tx, ctx, [holder], wanted)
        else:
            books = await store.books_at(
                tx, member_id, ctx.programs.wallets, wanted, known_at or now
            )
            held = await holds.open_at(tx, member_id, wanted, known_at or now)
            holder.settled_at = EARLIEST
            work = Work(holder, wanted, wanted, Outbox())
            work.books = books
            work.hold_again(held)
            work.settle_books(ctx.programs)
    shown = views(ctx, work)
    return WalletsView(member_id=member_id, at=wanted, known_at=known_at, wallets=shown)


async def entries(
    ctx: Context,
    member_id: uuid.UUID,
    wallet: str,
    cursor: str | None,
    limit: int,
    *,
    before_merge: bool = False,
) -> EntryPage:
    """A page of a wallet's entries, newest first; WalletNotFound, MemberNotFound, CursorInvalid.

    `before_merge`: of somebody who is another one now, what was written while they were not.
    """
    number = ctx.programs.wallet_number(wallet)
    if number is None:
        raise WalletNotFound
    async with ctx.db.reading() as tx:
        if not before_merge:
            await check_member(tx, member_id)
        below = SAFE_INT_MAX
        if cursor is not None:
            position = cursors.unseal(ctx.secret, cursor, tuple[str, str, int])
            if position[:2] != (str(member_id), wallet):
                raise cursors.CursorInvalid
            below = position[2]
        rows = await store.entries(tx, member_id, number, below, limit + 1)
    more = len(rows) > limit
    shown = tuple(entry_view(row) for row in rows[:limit])
    sealed = cursors.seal(ctx.secret, (str(member_id), wallet, shown[-1].seq)) if more else None
    return EntryPage(items=shown, next=sealed)


def entry_view(row: store.EntryRow) -> EntryView:
    """An entry as shown."""
    given = msgspec.structs.asdict(row)
    kind, actor, shop = given.pop("actor_kind"), given.pop("actor_id"), given.pop("store_id")
    return EntryView(
        **{k: v for k, v in given.items() if k not in {"reason", "op_id"}},
        reason=Reason(row.reason).name.lower(),
        operation_id=row.op_id,
        actor=f"{ActorKind(kind).name.lower()}:{actor}",
        store=shop,
    )
