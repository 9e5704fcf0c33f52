"""Clubs when two members are one person, and when they are two again.

A membership lasts while one ground does, so the grounds of both count; so does a ban of either. One
seat is enough for one person, and the earlier place on a list is kept. Undone, whoever is in a club
by then has a seat, also where none is free: nobody loses a place by a mistake of ours, and the list
moves on when seats are free again. What a merge alone brings about is no occasion for rules.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Final

from service.domain.clubs import (
    applications,
    membership,
    merging,
    offers,
    owners,
    seats,
    spans,
    steps,
    waiting,
)
from service.domain.clubs.applications import State
from service.domain.clubs.membership import PAUSE, Ended, Span
from service.domain.clubs.merging import Open
from service.domain.clubs.spans import Ending
from service.domain.clubs.steps import Step, What
from service.domain.clubs.types import Ground, LeftHow, OfferState
from service.domain.events.club_stays import ClubJoined, ClubLeft, ClubOwnerChanged
from service.domain.segments import merging as segments
from service.flows.steps.clubs import admitting, applying, entering, offering
from service.flows.steps.clubs.knowing import Circle, club_numbered
from service.flows.steps.clubs.leaving import Dismissal
from service.flows.steps.context import Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.rules.triggers import On

ANY_NUMBER: Final = 1_000_000  # of seats: nobody who is in loses theirs
MERGED: Final = "merged"


async def lock(tx: Tx, ctx: Context, holder_ids: Collection[uuid.UUID], now: dt.datetime) -> None:
    """Seats and lists of the clubs that members have to do with; after the members."""
    theirs = await tx.ask(spans.ask_spans(holder_ids))
    numbers = {one.club for own in theirs.values() for one in own}
    for holder_id in holder_ids:
        numbers |= (await merging.open_of(tx, holder_id)).clubs
    counted = {n for n in numbers if club_numbered(ctx, n).seats is not None}
    await seats.lock(tx, counted, now)


async def merge(
    tx: Tx, ctx: Context, old: Work, survivor: Work, op_id: uuid.UUID, actor: Actor
) -> None:
    """All that is the old one's there is the survivor's. Both are locked, and the clubs."""
    ids = [old.holder.holder_id, survivor.holder.holder_id]
    await _lapse(tx, ctx, (old, survivor))
    theirs = await tx.ask(spans.ask_spans(ids))
    before = [theirs.get(one, []) for one in ids]
    at = survivor.at
    pauses = [one for one in before[0] if one.kind == PAUSE and one.covers(at)]
    await spans.end_many(tx, [Ending(one, at, Ended.MERGED, old.now) for one in pauses])
    await tx.flush()
    await _close_doubles(tx, ctx, (old, survivor), [*before[0], *before[1]], actor)
    await merging.pass_on(tx, ids[0], ids[1])
    after = (await tx.ask(spans.ask_spans(ids[1:]))).get(ids[1], [])
    _tell_in(ctx, survivor, before[1], after)
    gained = _gained(before[1], after, at)
    await steps.note(tx, _steps(ctx, survivor, What.JOINED, gained, op_id, actor))
    await _end_banned(tx, ctx, survivor, after, actor)
    await _look_from_now(tx, ctx, ids, ids[1:], at)
    await _seat(tx, ctx, (old, survivor), {one.club for one in [*before[0], *before[1]]})
    _forget_occasions(old, survivor)


async def unmerge(
    tx: Tx,
    ctx: Context,
    survivor: Work,
    back: Work,
    homes: Collection[uuid.UUID],
    op_id: uuid.UUID,
    actor: Actor,
) -> None:
    """What is of these homes is the one's again that comes back. Both are locked, and the clubs."""
    ids = [survivor.holder.holder_id, back.holder.holder_id]
    await _lapse(tx, ctx, (survivor, back))
    before = (await tx.ask(spans.ask_spans(ids))).get(ids[0], [])
    at = survivor.at
    await merging.pass_on(tx, ids[0], ids[1], homes)
    theirs = await tx.ask(spans.ask_spans(ids))
    left, came = (theirs.get(one, []) for one in ids)
    lost = _gained(left, before, at)
    _tell_out(ctx, survivor, lost)
    _tell_in(ctx, back, [], came)
    await _end_ownership(tx, ctx, survivor, lost, actor, op_id)
    pauses = [s for s in left if s.kind == PAUSE and s.covers(at) and s.club in lost]
    await spans.end_many(tx, [Ending(one, at, Ended.MERGED, survivor.now) for one in pauses])
    await _look_from_now(tx, ctx, ids, ids, at)
    noted = _steps(ctx, survivor, What.LEFT, lost, op_id, actor)
    noted += _steps(ctx, back, What.JOINED, _gained([], came, at), op_id, actor)
    await steps.note(tx, noted)
    await _seat(tx, ctx, (survivor, back), {one.club for one in [*left, *came]})
    _forget_occasions(survivor, back)


async def _look_from_now(
    tx: Tx, ctx: Context, ids: Sequence[uuid.UUID], who: Sequence[uuid.UUID], at: dt.datetime
) -> None:
    """What rules of clubs brought about is looked at with what is known from now on."""
    if ctx.programs.has_belonging:
        await segments.keep_rules(tx, ids[0], ids[1], at)
        await segments.begin_again(tx, who, at)


async def _lapse(tx: Tx, ctx: Context, works: tuple[Work, Work]) -> None:
    """Offers that are over are written down as such, with the seats they kept."""
    by_id = {work.holder.holder_id: work for work in works}
    numbers = {n for one in by_id for n in (await merging.open_of(tx, one)).offers}
    latest = await tx.ask(offers.ask_latest(list(by_id), numbers))
    over = [
        (by_id[one.holder_id], club_numbered(ctx, one.club), one)
        for one in latest.values()
        if one.state is OfferState.OPEN and not one.stands(by_id[one.holder_id].at)
    ]
    await offering.lapse(tx, over)
    await tx.flush()


def _gained(before: Sequence[Span], after: Sequence[Span], at: dt.datetime) -> list[int]:
    """Clubs that somebody is in after it, and was not before."""
    return sorted(
        number
        for number in {one.club for one in after}
        if membership.has_ground(after, number, at)
        and not membership.has_ground(before, number, at)
    )


async def _close_doubles(
    tx: Tx, ctx: Context, works: tuple[Work, Work], theirs: Sequence[Span], actor: Actor
) -> None:
    """One offer, place and application a club is left; none where the person is in, or banned."""
    at = works[1].at
    old, kept = [await merging.open_of(tx, work.holder.holder_id) for work in works]
    settled = {
        club
        for club in old.clubs | kept.clubs
        if membership.has_ground(theirs, club, at) or membership.banned_at(theirs, club, at)
    }
    offered = old.offers | kept.offers
    over = [Open(), Open()]  # of the old one, of the survivor
    over[0].offers = old.offers & (settled | kept.offers)
    over[1].offers = kept.offers & settled
    over[0].applications = old.applications & (settled | kept.applications)
    over[1].applications = kept.applications & settled
    for n, (own, other) in enumerate(((old, kept), (kept, old))):
        over[n].places = {
            club: place
            for club, place in own.places.items()
            if club in settled | offered or other.places.get(club, place) < place
        }
    for work, done in zip(works, over, strict=True):
        await _close(tx, ctx, work, done, actor)
    await tx.flush()


async def _close(tx: Tx, ctx: Context, work: Work, over: Open, actor: Actor) -> None:
    """With the history and the events: whoever was told of them is told that they are gone."""
    holder_id = work.holder.holder_id
    latest = offers.ask_latest([holder_id], over.offers)
    places = waiting.ask_open([holder_id], over.places)
    await tx.ask_all([latest, places])
    for number in sorted(over.offers):
        club, one = club_numbered(ctx, number), latest.answer[holder_id, number]
        await offering.close(tx, work, club, one, OfferState.WITHDRAWN, actor, note=MERGED)
    for number in sorted(over.places):
        club, place = club_numbered(ctx, number), places.answer[holder_id, number]
        await entering.leave_list(tx, work, club, place, LeftHow.WENT, actor)
    for number in sorted(over.applications):
        club, asked = club_numbered(ctx, number), await applications.open_of(tx, holder_id, number)
        if asked is not None:
            await applying.end(
                tx, Circle(work, club), club, asked, State.WITHDRAWN, actor, note=MERGED
            )


async def _end_banned(
    tx: Tx, ctx: Context, work: Work, theirs: Sequence[Span], actor: Actor
) -> None:
    """A ban of either is the person's: whoever was in is out."""
    banned = [
        number
        for number in sorted({one.club for one in theirs})
        if membership.banned_at(theirs, number, work.at)
        and membership.has_ground(theirs, number, work.at)
    ]
    out = [
        Dismissal(work=work, club=club_numbered(ctx, n), why=Ended.BANNED, actor=actor, note=MERGED)
        for n in banned
    ]
    await admitting.dismiss(tx, ctx, out)
    await tx.flush()


def _tell_in(ctx: Context, work: Work, before: Sequence[Span], after: Sequence[Span]) -> None:
    for number in _gained(before, after, work.at):
        ground = membership.grounds(after, number, work.at)[0]
        event = ClubJoined(
            club=club_numbered(ctx, number).id,
            ground=admitting.GROUNDS[Ground(ground.kind)],
            until=membership.ends_at(after, number, work.at),
        )
        work.emit(event, work.at)


def _tell_out(ctx: Context, work: Work, lost: Sequence[int]) -> None:
    for number in lost:
        work.emit(ClubLeft(club=club_numbered(ctx, number).id, why=MERGED), work.at)


async def _end_ownership(
    tx: Tx, ctx: Context, work: Work, lost: Sequence[int], actor: Actor, op_id: uuid.UUID
) -> None:
    """Who is out of a club owns it no more."""
    holder_id = work.holder.holder_id
    ended = await owners.end(tx, [(number, holder_id, work.at) for number in lost])
    numbers = sorted(number for number, _ in ended)
    for number in numbers:
        event = ClubOwnerChanged(club=club_numbered(ctx, number).id, owns=False)
        work.emit(event, work.at)
    await steps.note(tx, _steps(ctx, work, What.OWNER_ENDED, numbers, op_id, actor))


def _steps(
    ctx: Context, work: Work, what: What, numbers: Sequence[int], op_id: uuid.UUID, actor: Actor
) -> list[Step]:
    clubs = [club_numbered(ctx, number) for number in numbers]
    return [offering.step(work, one, what, actor, source=op_id, note=MERGED) for one in clubs]


async def _seat(tx: Tx, ctx: Context, works: tuple[Work, Work], numbers: Collection[int]) -> None:
    """Who of the two is in, or has an offer that keeps one, has a seat; the other's is free."""
    ids = [work.holder.holder_id for work in works]
    seated = await merging.seated(tx, ids)
    theirs = await tx.ask(spans.ask_spans(ids))
    concerned = {club for _, club in seated} | set(numbers)
    for number in sorted(n for n in concerned if club_numbered(ctx, n).seats is not None):
        await seats.release(tx, number, *ids)
        wanted: list[seats.Wanted] = []
        for work in works:
            holder_id = work.holder.holder_id
            own, offered = theirs.get(holder_id, []), seated.get((holder_id, number))
            if membership.has_ground(own, number, work.at):
                wanted.append((holder_id, membership.ends_at(own, number, work.at)))
            elif offered is not None and offered > work.at:
                wanted.append((holder_id, offered))
        await seats.take_many(tx, number, ANY_NUMBER, wanted)


def _forget_occasions(*works: Work) -> None:
    for work in works:
        left = [one for one in work.occasions if one.on not in {On.CLUB_JOIN, On.CLUB_LEAVE}]
        work.occasions = left
