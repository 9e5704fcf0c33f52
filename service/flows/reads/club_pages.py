"""Lists of one club, in pages, for those who manage or approve: they may know of every club."""

import datetime as dt
import uuid
from typing import Any, Final

from service.domain.clubs import looking, membership, spans
from service.domain.clubs.applications import State
from service.domain.clubs.errors import ClubNotFound
from service.domain.clubs.membership import Span
from service.domain.clubs.steps import What
from service.domain.clubs.types import Ground
from service.domain.clubs.views import (
    ApplicationsOfClub,
    ApplicationsPage,
    ApplicationState,
    AskedToJoin,
    ClubHistoryPage,
    ClubMembersPage,
    ClubsPage,
    ClubStepView,
    MemberOfClub,
    WaitingPage,
    WaitingView,
)
from service.domain.holders import store as holders
from service.flows.reads.clubs import names
from service.flows.steps.clubs import circles
from service.flows.steps.clubs.knowing import club_named
from service.flows.steps.context import EARLIEST, Context
from service.infra import cursors
from service.infra.db import Tx
from service.kernel.actor import shown
from service.rules.clubs import Club

_FIRST: Final = uuid.UUID(int=0)
_LAST: Final = (dt.datetime(2200, 1, 1, tzinfo=dt.UTC), uuid.UUID(int=2**128 - 1))
_STATES: Final = {
    ApplicationState.OPEN: State.OPEN,
    ApplicationState.APPROVED: State.APPROVED,
    ApplicationState.REJECTED: State.REJECTED,
    ApplicationState.WITHDRAWN: State.WITHDRAWN,
}
_Timed = tuple[dt.datetime, uuid.UUID]


async def members(ctx: Context, club_id: str, query: ClubsPage) -> ClubMembersPage:
    """Who is in the club now, by id; a page may have fewer, who is in by a rule that is untrue."""
    sort = f"club members {club_id}"
    after: uuid.UUID = _position(ctx, query.cursor, sort, uuid.UUID, _FIRST)
    async with ctx.db.transaction(repeatable=True) as tx:
        club, now = await _club(tx, ctx, club_id)
        found = await looking.members(tx, club.number, now, after, query.limit + 1)
        page = found[: query.limit]
        theirs = await tx.ask(spans.ask_spans(page))
        joined = await circles.joined(tx, ctx, theirs, now)
    items = tuple(
        _member(one, theirs[one], club, now) for one in page if club.number in joined[one]
    )
    following = cursors.seal(ctx.secret, (sort, page[-1])) if len(found) > len(page) else None
    return ClubMembersPage(items=items, next=following)


def _member(member_id: uuid.UUID, theirs: list[Span], club: Club, now: dt.datetime) -> MemberOfClub:
    grounds = membership.grounds(theirs, club.number, now)
    paused = membership.paused_at(theirs, club.number, now)
    return MemberOfClub(
        member_id=member_id,
        since=membership.since(theirs, club.number, now),
        until=membership.ends_at(theirs, club.number, now),
        grounds=names(grounds),
        renews=all(one.renews for one in grounds),
        paused=paused is not None,
        paused_until=None if paused is None else paused.until_at,
        invited_by=next((one.invited_by for one in grounds if one.invited_by), None),
    )


async def history(ctx: Context, club_id: str, query: ClubsPage) -> ClubHistoryPage:
    """Who let whom in and why, the newest first."""
    sort = f"club history {club_id}"
    before: _Timed = _position(ctx, query.cursor, sort, _Timed, _LAST)
    async with ctx.db.reading() as tx:
        club, _ = await _club(tx, ctx, club_id)
        found = await looking.steps(tx, club.number, before, query.limit + 1)
    page = found[: query.limit]
    items = tuple(
        ClubStepView(
            id=one.step_id,
            member_id=one.holder_id,
            what=What(one.kind).name.lower(),
            occurred_at=one.occurred_at,
            recorded_at=one.recorded_at,
            actor=shown(one.actor_kind, one.actor_id),
            by_member=one.by_member,
            source=one.source,
            note=one.note,
            overtook=one.overtook,
            store=one.store,
        )
        for one in page
    )
    following = None
    if len(found) > len(page):
        following = cursors.seal(ctx.secret, (sort, (page[-1].recorded_at, page[-1].step_id)))
    return ClubHistoryPage(items=items, next=following)


async def waiting(ctx: Context, club_id: str, query: ClubsPage) -> WaitingPage:
    """Those who wait for a seat, whoever is next first."""
    sort = f"club waiting {club_id}"
    after: int = _position(ctx, query.cursor, sort, int, 0)
    async with ctx.db.reading() as tx:
        club, _ = await _club(tx, ctx, club_id)
        found = await looking.waiting(tx, club.number, after, query.limit + 1)
    page = found[: query.limit]
    items = tuple(
        WaitingView(
            member_id=one.holder_id,
            place=one.place,
            since=one.since_at,
            entry=Ground(one.entry).name.lower(),
            inviter_id=one.inviter,
            note=one.note,
        )
        for one in page
    )
    following = cursors.seal(ctx.secret, (sort, page[-1].place)) if len(found) > len(page) else None
    return WaitingPage(items=items, next=following)


async def applications(ctx: Context, club_id: str, query: ApplicationsPage) -> ApplicationsOfClub:
    """Applications of one state, the oldest first."""
    sort = f"club applications {query.state} {club_id}"
    after: _Timed = _position(ctx, query.cursor, sort, _Timed, (EARLIEST, _FIRST))
    async with ctx.db.reading() as tx:
        club, _ = await _club(tx, ctx, club_id)
        state = int(_STATES[query.state])
        found = await looking.applications(tx, club.number, state, after, query.limit + 1)
    page = found[: query.limit]
    items = tuple(
        AskedToJoin(
            id=one.application_id,
            member_id=one.holder_id,
            state=query.state,
            words=one.words,
            asked_at=one.asked_at,
            decided_at=one.decided_at,
            note=one.note,
            code_id=one.code_id,
        )
        for one in page
    )
    following = None
    if len(found) > len(page):
        last = page[-1]
        following = cursors.seal(ctx.secret, (sort, (last.asked_at, last.application_id)))
    return ApplicationsOfClub(items=items, next=following)


async def _club(tx: Tx, ctx: Context, club_id: str) -> tuple[Club, dt.datetime]:
    """ClubNotFound; and the transaction's now."""
    await holders.clock(tx, ctx.db.clock_offset)
    now = tx.now or EARLIEST
    found = club_named(ctx, club_id, now)
    if found is None:
        raise ClubNotFound
    return found, now


def _position(ctx: Context, cursor: str | None, sort: str, into: Any, first: Any) -> Any:
    """CursorInvalid, also of a cursor of another list."""
    if cursor is None:
        return first
    place = cursors.unseal(ctx.secret, cursor, tuple[str, into])
    if place[0] != sort:
        raise cursors.CursorInvalid
    return place[1]
