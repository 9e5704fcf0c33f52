"""Getting into a club: whoever has a right to come in gets a seat, or waits for one.

The caller has locked the members and, of a club with a number of seats, its row. A seat goes to
nobody while somebody else waits for it; who passes others over stands in the history with how many
they were.
"""

import datetime as dt
import uuid

import msgspec

from service.domain.clubs import offers, seats, steps, waiting
from service.domain.clubs.errors import ClubFull, EntryNotOffered
from service.domain.clubs.steps import What
from service.domain.clubs.types import Ground, LeftHow, OfferState, Waiting
from service.domain.events.clubs import ClubWaitingJoined, ClubWaitingLeft
from service.flows.steps.clubs import admitting
from service.flows.steps.clubs.admitting import Admission
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.clubs.offering import WHY, NewOffer, close, lapse, offer, step
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.calendar import shift
from service.rules.clubs import Club

__all__ = [
    "NewOffer",
    "Right",
    "admit",
    "close",
    "enter",
    "is_free",
    "leave_list",
    "let_in",
    "offer",
    "term_end",
    "wait",
]


class Right(msgspec.Struct, frozen=True, kw_only=True):
    """Why a member may come in; the fields as of `NewOffer`."""

    ground: Ground
    actor: Actor
    inviter: uuid.UUID | None = None
    source: uuid.UUID | None = None
    note: str | None = None
    term_until: dt.datetime | None = None
    overtook: int | None = None


async def enter(tx: Tx, ctx: Context, circle: Circle, club: Club, right: Right) -> None:
    """Let the member in who has a right to it, or to the end of the list; ClubFull.

    The seats of the club are locked (`lock_seats`). One that is kept for the member's open offer,
    or is theirs on another ground, is theirs already. The offer is taken by it.
    """
    if await _has_room(tx, club, circle.member_id):
        await let_in(tx, ctx, circle, club, right)
    elif club.waiting_list:
        await _take(tx, circle)
        await wait(tx, circle, club, right)
    else:
        raise ClubFull


async def _has_room(tx: Tx, club: Club, holder_id: uuid.UUID) -> bool:
    """A seat of their own, or one that nobody else waits for."""
    if club.seats is None or await seats.has(tx, club.number, holder_id):
        return True
    return await is_free(tx, club)


async def let_in(tx: Tx, ctx: Context, circle: Circle, club: Club, right: Right) -> None:
    """The same for whom a seat is known to be free, whoever waits."""
    await _take(tx, circle)
    await admit(tx, ctx, circle, club, right)


async def is_free(tx: Tx, club: Club) -> bool:
    """A seat nobody else waits for."""
    free = seats.ask_left(club.number, club.seats or 0, tx.now or EARLIEST)
    others = waiting.ask_ahead(club.number)
    await tx.ask_all([free, others])
    return free.answer > 0 and others.answer == 0


async def _take(tx: Tx, circle: Circle) -> None:
    """The open offer is used up; whoever waited waits no more."""
    if circle.open_offer is not None:
        await offers.close(tx, [circle.open_offer], OfferState.TAKEN, circle.work.at)
    elif circle.offer is not None and circle.offer.state is OfferState.OPEN and circle.club:
        await lapse(tx, [(circle.work, circle.club, circle.offer)])
    if circle.waiting is not None:
        await waiting.leave(tx, [circle.waiting], LeftHow.LET_IN, circle.work.at)


async def admit(tx: Tx, ctx: Context, circle: Circle, club: Club, right: Right) -> None:
    """The membership begins, on the ground of the right; EntryNotOffered."""
    rule = club.by_rule()
    if right.ground is Ground.RULE and rule is None:
        raise EntryNotOffered(entry=WHY[right.ground])
    conditional = right.ground is Ground.RULE and rule is not None and rule.term is None
    admission = Admission(
        work=circle.work,
        club=club,
        kind=right.ground,
        until_at=right.term_until or term_end(ctx, club, right.ground, circle.work.at),
        conditional=conditional,
        source=right.source,
        invited_by=right.inviter,
        note=right.note,
        actor=right.actor,
        overtook=right.overtook,
    )
    await admitting.admit(tx, ctx, [admission])


def term_end(ctx: Context, club: Club, ground: Ground, at: dt.datetime) -> dt.datetime | None:
    """When a membership ends that begins now, as the program says of its kind; None: not."""
    entry = {
        Ground.INVITATION: club.invitation(),
        Ground.APPROVAL: club.application(),
        Ground.RULE: club.by_rule(),
        Ground.PAID: club.paid(),
    }.get(ground)
    term = None if entry is None else entry.term
    return None if term is None else shift(at, term, ctx.programs.tz)


async def wait(tx: Tx, circle: Circle, club: Club, right: Right) -> None:
    """To the end of the list; a right that was used is kept with the place."""
    work = circle.work
    ahead = await waiting.ahead(tx, club.number)
    circle.waiting = Waiting(
        club=club.number,
        place=await waiting.place(tx, club.number, work.now),
        holder_id=circle.member_id,
        since_at=work.at,
        entry=right.ground,
        term_until=right.term_until,
        inviter=right.inviter,
        source=right.source,
        note=right.note,
        actor_kind=int(right.actor.kind),
        actor_id=right.actor.id,
    )
    await waiting.insert(tx, circle.waiting)
    waited = step(
        work, club, What.WAITED, right.actor,
        by_member=right.inviter, source=right.source, note=right.note,
    )  # fmt: skip
    await steps.note(tx, [waited])
    work.emit(ClubWaitingJoined(club=club.id, ahead=ahead), work.at)


async def leave_list(
    tx: Tx, work: Work, club: Club, one: Waiting, how: LeftHow, actor: Actor
) -> None:
    """They wait no more, and were neither offered a seat nor let in."""
    await waiting.leave(tx, [one], how, work.at)
    await steps.note(tx, [step(work, club, What.LEFT_LIST, actor, source=one.source)])
    work.emit(ClubWaitingLeft(club=club.id), work.at)
