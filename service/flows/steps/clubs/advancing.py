"""What goes on in clubs without anybody asking: free seats go to whoever waits longest.

Each club in a transaction of its own. A member who is locked elsewhere is waited for at the next
round, and so are all behind: nobody is overtaken because somebody was busy. Overdue offers count no
more at their instant; here that is only written down.
"""

import contextlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from service.domain.clubs import membership, offers, seats, spans, waiting
from service.domain.clubs.types import LeftHow, Offer, OfferState, Waiting
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.flows.steps import wallets
from service.flows.steps.clubs import entering, knowing, offering
from service.flows.steps.clubs.offering import NewOffer
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.infra.outages import AGAIN, LOST
from service.kernel.actor import Actor, ActorKind
from service.kernel.errors import ExpectedError
from service.kernel.ids import derived_id
from service.rules.clubs import Club

PART: Final = 100  # members in one transaction
THE_LIST: Final = Actor(
    kind=ActorKind.JOB, id="clubs", client_id=derived_id("job", "clubs")
)  # whoever makes the offers of waiting lists


async def advance_soon(ctx: Context, club_id: str) -> None:
    """A seat may be free: whoever waits longest is offered it now, or by the job in a second.

    What was done is done, so a failure here is not the caller's.
    """
    with contextlib.suppress(*AGAIN, *LOST, ExpectedError):
        await advance(ctx, club_id)


async def advance(ctx: Context, club_id: str | None = None) -> int:
    """One round over the lists, or that of one club; answers how many left theirs."""
    async with ctx.db.reading() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        program = ctx.programs.at(tx.now or EARLIEST)
        waited_for = set(await waiting.clubs(tx))
    clubs = [one for one in program.document.clubs if one.number in waited_for]
    moved = 0
    for club in clubs:
        if club_id in {None, club.id}:
            moved += await _advance(ctx, club)
    return moved


async def _advance(ctx: Context, club: Club) -> int:
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        heads = await waiting.first(tx, club.number, await _room(tx, club))
        works = await locked(tx, ctx, [one.holder_id for one in heads])
        if not works:
            return 0
        await seats.lock(tx, [club.number], tx.now or EARLIEST)
        room = await _room(tx, club)
        served = _served(await waiting.first(tx, club.number, room), works)
        if not served:
            return 0
        await _serve(tx, ctx, club, served, works)
        await knowing.write(tx, works)
    return len(served)


async def _room(tx: Tx, club: Club) -> int:
    """For how many there is a seat; a club whose number of seats was lifted has one for all."""
    if club.seats is None:
        return PART
    return min(PART, await seats.left(tx, club.number, club.seats, tx.now or EARLIEST))


async def locked(tx: Tx, ctx: Context, holder_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Work]:
    """Works of those who are free, settled to now."""
    if not holder_ids:
        return {}
    offset = ctx.db.clock_offset
    locked, newest = await holders.lock(tx, holder_ids, wait=False, clock_offset=offset)
    if newest > ctx.programs.newest:
        return {}  # the next round knows the newer program
    now, outbox = tx.now or EARLIEST, Outbox()
    works = {
        holder_id: Work(holder, now, now, outbox)
        for holder_id, holder in locked.items()
        if holder.merged_into is None and not holder.is_erased
    }
    await wallets.load(tx, ctx, list(works.values()))
    return works


def _served(heads: Sequence[Waiting], works: Mapping[uuid.UUID, Work]) -> list[Waiting]:
    """Those from the head of the list as far as they are locked."""
    served: list[Waiting] = []
    for one in heads:
        if one.holder_id not in works:
            break
        served.append(one)
    return served


async def _serve(
    tx: Tx, ctx: Context, club: Club, served: Sequence[Waiting], works: Mapping[uuid.UUID, Work]
) -> None:
    """An offer with a seat for each; who is in, or may not come in, only leaves the list."""
    theirs = await tx.ask(spans.ask_spans([one.holder_id for one in served]))
    turn: list[Waiting] = []
    for one in served:
        work, spans_ = works[one.holder_id], theirs.get(one.holder_id, [])
        if membership.banned_at(spans_, club.number, work.at):
            await entering.leave_list(tx, work, club, one, LeftHow.BANNED, THE_LIST)
        elif membership.has_ground(spans_, club.number, work.at):
            await entering.leave_list(tx, work, club, one, LeftHow.LET_IN, THE_LIST)
        else:
            turn.append(one)
    await waiting.leave(tx, turn, LeftHow.OFFERED, tx.now or EARLIEST)
    await _lapse(tx, club, [works[one.holder_id] for one in turn])
    wanted = [_offer(club, one, works[one.holder_id]) for one in turn]
    kept = await offering.seats_for(tx, ctx, club, wanted)
    await offering.make(tx, ctx, wanted, {club.number: kept})


async def _lapse(tx: Tx, club: Club, works: Sequence[Work]) -> None:
    """Who waits let an offer lapse before, and it may not be written down yet."""
    by_id = {work.holder.holder_id: work for work in works}
    latest = await tx.ask(offers.ask_latest(list(by_id), [club.number]))
    over = [one for one in latest.values() if one.state is OfferState.OPEN]
    await offering.lapse(tx, [(by_id[one.holder_id], club, one) for one in over])


def _offer(club: Club, one: Waiting, work: Work) -> NewOffer:
    return NewOffer(
        work=work,
        club=club,
        ground=one.entry,
        actor=THE_LIST,
        inviter=one.inviter,
        source=one.source,
        note=one.note,
        place=one.place,
        term_until=one.term_until,
    )


async def lapse_overdue(ctx: Context) -> int:
    """One round over offers that ended untaken; answers how many were written down."""
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        found = await offers.overdue(tx, tx.now or EARLIEST, PART)
        works = await locked(tx, ctx, sorted({one.holder_id for one in found}))
        if not works:
            return 0
        numbers = {one.club for one in found}
        latest = await tx.ask(offers.ask_latest(list(works), numbers))
        overdue = [
            (works[one.holder_id], knowing.club_numbered(ctx, one.club), one)
            for one in latest.values()
            if _is_overdue(one, works)
        ]
        await offering.lapse(tx, overdue)
        await knowing.write(tx, works)
    return len(overdue)


def _is_overdue(one: Offer, works: Mapping[uuid.UUID, Work]) -> bool:
    return one.state is OfferState.OPEN and one.due_at <= works[one.holder_id].at
