"""Administrative acts, closed days, and the proof that an act is in its day."""

import datetime as dt
import uuid
from typing import Final

from service.domain.audit import sealing, store, tree
from service.domain.audit.errors import AuditActNotFound, AuditDayNotFound
from service.domain.audit.types import (
    ActRow,
    AuditAbout,
    AuditAct,
    AuditDay,
    AuditDayPage,
    AuditPage,
    AuditProof,
    AuditQuery,
    DayRow,
    Wanted,
)
from service.domain.holders import store as holders
from service.flows.reads.paging import NEWEST
from service.flows.steps.context import Context
from service.infra import cursors
from service.infra.db import Tx
from service.kernel.actor import ActorKind, shown

_ACTS: Final = "audit"
_DAYS: Final = "audit days"
_LAST_DAY: Final = dt.date(9999, 12, 31)


class Audit:
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx

    async def acts(self, query: AuditQuery) -> AuditPage:
        """A page of acts, the newest first; CursorInvalid."""
        secret, limit = self.ctx.secret, query.limit
        before = NEWEST
        if query.cursor is not None:
            kind, at, act_id = cursors.unseal(
                secret, query.cursor, tuple[str, dt.datetime, uuid.UUID]
            )
            if kind != _ACTS:
                raise cursors.CursorInvalid
            before = (at, act_id)
        async with self.ctx.db.reading() as tx:
            found = await store.page(tx, await _wanted(tx, query), before, limit + 1)
        items = found[:limit]
        last = (_ACTS, items[-1].done_at, items[-1].act_id) if found[limit:] else None
        sealed = None if last is None else cursors.seal(secret, last)
        return AuditPage(items=tuple(_act(one) for one in items), next=sealed)

    async def days(self, cursor: str | None, limit: int) -> AuditDayPage:
        """A page of closed days, the newest first; CursorInvalid."""
        before = _LAST_DAY
        if cursor is not None:
            kind, before = cursors.unseal(self.ctx.secret, cursor, tuple[str, dt.date])
            if kind != _DAYS:
                raise cursors.CursorInvalid
        async with self.ctx.db.reading() as tx:
            found = await store.days(tx, before, limit + 1)
        items = found[:limit]
        last = (_DAYS, items[-1].day) if found[limit:] else None
        sealed = None if last is None else cursors.seal(self.ctx.secret, last)
        return AuditDayPage(items=tuple(_day(one) for one in items), next=sealed)

    async def day(self, which: dt.date) -> AuditDay:
        """A closed day; AuditDayNotFound."""
        async with self.ctx.db.reading() as tx:
            return _day(await _closed(tx, which))

    async def proof(self, act_id: uuid.UUID) -> AuditProof:
        """How an act leads to the root of its day; AuditActNotFound, AuditDayNotFound."""
        async with self.ctx.db.reading() as tx:
            row = await store.find(tx, act_id)
            if row is None:
                raise AuditActNotFound
            leaf = await store.leaf_of(tx, act_id)
            if leaf is None:
                raise AuditDayNotFound
            day = await _closed(tx, leaf.day)
            hashes = [one.hash for one in await store.leaves_of(tx, leaf.day)]
        return AuditProof(
            id=act_id,
            content=sealing.content(row).decode(),
            place=leaf.place,
            path=tuple(one.hex() for one in tree.path(hashes, leaf.place)),
            day=_day(day),
        )


async def _closed(tx: Tx, which: dt.date) -> DayRow:
    found = await store.day(tx, which)
    if found is None:
        raise AuditDayNotFound
    return found


async def _wanted(tx: Tx, query: AuditQuery) -> Wanted:
    """An id of a member stands for all that are the same person: acts name who it was then."""
    kind, _, name = (query.actor or "").partition(":")
    return Wanted(
        act=query.act,
        actor_kind=None if query.actor is None else int(ActorKind[kind.upper()]),
        actor_id=None if query.actor is None else name,
        about=None if query.about is None else await _same(tx, query.about),
        from_at=query.from_,
        until_at=query.until,
    )


async def _same(tx: Tx, about: str) -> tuple[str, ...]:
    try:
        asked = uuid.UUID(about)
    except ValueError:
        return (about,)
    found, _ = await holders.ids_of(tx, asked)
    return tuple({str(asked), *(str(one.holder_id) for one in found)})


def _act(row: ActRow) -> AuditAct:
    return AuditAct(
        id=row.act_id,
        at=row.done_at,
        act=row.act,
        actor=shown(row.actor_kind, row.actor_id),
        client_id=row.client_id,
        about=AuditAbout(kind=row.about_kind, id=row.about_id),
        digest=row.digest.hex(),
        store=row.store,
        device=row.device,
        network=row.network,
        member_id=row.with_id,
        operation_id=row.op_id,
        reason=row.reason,
    )


def _day(row: DayRow) -> AuditDay:
    return AuditDay(
        day=row.day,
        number=row.number,
        acts=row.acts,
        root=row.root.hex(),
        previous=None if row.previous is None else row.previous.hex(),
        head=row.head.hex(),
        closed_at=row.closed_at,
    )
