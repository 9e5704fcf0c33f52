"""Balances: the hottest read. One small statement tells whether what is cached still holds."""

import collections
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.wallets.book import Book
from service.domain.wallets.types import WalletsView
from service.flows.steps import wallets
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.gone import refuse_gone
from service.flows.steps.work import Work
from service.infra.coalesce import Coalescer
from service.infra.db import Tx
from service.kernel.texts import Languages, told
from service.kernel.values import Expiring, WalletView
from service.rules.document import Wallet

CACHED_MAX: Final = 20_000
_encode: Final = msgspec.json.Encoder().encode


class Tagged(msgspec.Struct, frozen=True):
    """A ready JSON body with its entity tag (quotes included)."""

    etag: str
    body: bytes


class _Cached(msgspec.Struct, frozen=True):
    version: int
    program: int
    next_due: dt.datetime | None
    answer: Tagged


class Balances:
    """The wallets of members, as of now."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._cache: collections.OrderedDict[uuid.UUID, _Cached] = collections.OrderedDict()
        self._coalescer: Coalescer[uuid.UUID, Tagged | Holder] = Coalescer(self._fetch)

    async def get(self, member_id: uuid.UUID) -> Tagged | None:
        """The member's wallets, None when there is no such member; MemberErased, MergedAway."""
        found = await self._coalescer.get(member_id)
        if not isinstance(found, Holder):
            return found
        refuse_gone([found])
        raise AssertionError("somebody who is here was taken for gone")

    async def _fetch(self, member_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Tagged | Holder]:
        program = self._ctx.programs.newest
        known = {
            member_id: cached
            for member_id in member_ids
            if (cached := self._cache.get(member_id)) is not None and cached.program == program
        }
        still = await self._still_so(known) if known else {}
        stale = [member_id for member_id in member_ids if member_id not in still]
        return still | await self._compute(stale, program) if stale else still

    async def _still_so(self, known: dict[uuid.UUID, _Cached]) -> dict[uuid.UUID, Tagged | Holder]:
        """The answers of those for whom nothing was written and nothing fell due since."""
        async with self._ctx.db.reading() as tx:
            seen = {member_id: cached.version for member_id, cached in known.items()}
            changed = await holders.changed(tx, seen, self._ctx.db.clock_offset)
            now = tx.now or EARLIEST
        return {
            member_id: cached.answer
            for member_id, cached in known.items()
            if member_id not in changed and (cached.next_due is None or now < cached.next_due)
        }

    async def _compute(
        self, stale: list[uuid.UUID], program: int
    ) -> dict[uuid.UUID, Tagged | Holder]:
        found: dict[uuid.UUID, Tagged | Holder] = {}
        async with self._ctx.db.transaction(repeatable=True) as tx:
            states = await holders.states(tx, stale, self._ctx.db.clock_offset)
            members = [one for one in states.values() if one.kind is Kind.MEMBER]
            gone = {one.holder_id: one for one in members if one.merged_into or one.is_erased}
            members = [one for one in members if one.holder_id not in gone]
            works = await projected(tx, self._ctx, members, tx.now or EARLIEST)
        for work, due in works:
            holder = work.holder
            view = WalletsView(member_id=holder.holder_id, wallets=views(self._ctx, work))
            # the version of the row, not of the projection: events of due items are not written yet
            tag = f'"{states_version(work)}.{due}.{program}"'
            answer = Tagged(tag, _encode(view))
            found[holder.holder_id] = answer
            self._keep(
                holder.holder_id, _Cached(states_version(work), program, holder.next_due, answer)
            )
        return found | gone

    def _keep(self, holder_id: uuid.UUID, cached: _Cached) -> None:
        self._cache[holder_id] = cached
        self._cache.move_to_end(holder_id)
        while len(self._cache) > CACHED_MAX:
            self._cache.popitem(last=False)


def states_version(work: Work) -> int:
    """The holder's version as stored: a projection emits into nowhere but counts."""
    return work.holder.version - len(work.outbox.rows)


async def projected(
    tx: Tx, ctx: Context, states: Sequence[Holder], at: dt.datetime
) -> list[tuple[Work, int]]:
    """Holders with their books settled to the instant in memory, and how many items were due."""
    works = [Work(holder, at, at, Outbox()) for holder in states]
    await wallets.load_whole(tx, ctx, works)
    counted: list[tuple[Work, int]] = []
    for work in works:
        due = sum(len(book.due(work.at)) for book in work.books.values())
        due += sum(hold.due_at <= work.at for hold in work.holds)
        work.settle_books(ctx.programs)
        work.settled()
        work.holder.next_due = _next_due(work)
        counted.append((work, due))
    return counted


def _next_due(work: Work) -> dt.datetime | None:
    moments = [
        moment
        for book in work.books.values()
        for lot in book.lots.values()
        if lot.remaining
        for moment in (lot.available_at, lot.expires_at)
        if moment is not None and moment > work.at
    ]
    return min([*moments, *(hold.due_at for hold in work.holds)], default=None)


def views(ctx: Context, work: Work, languages: Languages = ()) -> dict[str, WalletView]:
    """The wallets of a member as shown, in the program's order."""
    found = {}
    for number, book in sorted(work.books.items()):
        wallet: Wallet = ctx.programs.wallets[number]
        view = WalletView(balance=book.balance(), scale=wallet.scale, expiring=expiring(book))
        found[wallet.id] = told(view, wallet, languages)
    return found


def expiring(book: Book) -> tuple[Expiring, ...]:
    """What lapses when, soonest first, never-lapsing last; sums to what is posted."""
    sums: dict[dt.datetime | None, int] = {}
    for lot in book.lots.values():
        if lot.remaining:
            sums[lot.expires_at] = sums.get(lot.expires_at, 0) + lot.remaining
    dated = sorted((at, units) for at, units in sums.items() if at is not None)
    never = [Expiring(expires_at=None, amount=sums[None])] if None in sums else []
    return (*(Expiring(expires_at=at, amount=units) for at, units in dated), *never)
