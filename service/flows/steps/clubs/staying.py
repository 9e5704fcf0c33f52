"""A member of a club under the lock, with the club as they see it; and how they stand with it."""

import uuid
from collections.abc import Collection, Mapping

from service.domain.clubs import membership, spans
from service.domain.clubs.errors import NotInClub
from service.domain.clubs.stays import ClubStanding, StandingState
from service.domain.clubs.steps import Step, What
from service.domain.holders import store as holders
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.clubs import knowing
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.context import Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.values import Recipient
from service.rules.clubs import Club

Works = Mapping[uuid.UUID, Work]


async def look(
    tx: Tx,
    ctx: Context,
    actor: Actor,
    club_id: str,
    member_id: uuid.UUID,
    *,
    wait: bool,
    also: Collection[uuid.UUID] = (),
) -> tuple[Circle, Works]:
    """The member (and `also` members) locked and settled, and the club as the member sees it."""
    await holders.clock(tx, ctx.db.clock_offset)
    works = await knowing.lock(tx, ctx, actor, {member_id, *also}, wait=wait)
    return await knowing.circle(tx, ctx, club_id, works[member_id]), works


async def look_named(
    tx: Tx, ctx: Context, actor: Actor, club_id: str, named: Recipient, *, wait: bool
) -> tuple[Circle, Works]:
    """The same for whoever is named by id or identifiers."""
    await holders.clock(tx, ctx.db.clock_offset)
    member_id = await knowing.recipient(tx, ctx, named)
    works = await knowing.lock(tx, ctx, actor, {member_id}, wait=wait)
    if await knowing.recipient(tx, ctx, named) != member_id:
        raise RunAgain  # the identifier has moved
    return await knowing.circle(tx, ctx, club_id, works[member_id]), works


def is_in(circle: Circle) -> bool:
    """The member has a ground, pausing or not."""
    return membership.has_ground(circle.spans, circle.number, circle.work.at)


def must_be_in(circle: Circle, actor: Actor) -> Club:
    """The club; ClubNotFound, NotInClub."""
    club = circle.known(actor)
    if not is_in(circle):
        raise NotInClub
    return club


def step(
    circle: Circle,
    what: What,
    actor: Actor,
    *,
    by_member: uuid.UUID | None = None,
    source: uuid.UUID | None = None,
    note: str | None = None,
) -> Step:
    """A row of the history, as of now."""
    return Step(
        holder_id=circle.member_id,
        club=circle.number,
        kind=what,
        occurred_at=circle.work.at,
        recorded_at=circle.work.now,
        actor=actor,
        by_member=by_member,
        source=source,
        note=note,
    )


async def standing(tx: Tx, circle: Circle, club: Club) -> ClubStanding:
    """How the member stands with the club after what the transaction has written."""
    found = await tx.ask(spans.ask_spans([circle.member_id]))
    return shown(found.get(circle.member_id, []), circle, club)


def shown(theirs: list[membership.Span], circle: Circle, club: Club) -> ClubStanding:
    """The same of these spans."""
    at, number, member_id = circle.work.at, club.number, circle.member_id
    grounds = membership.grounds(theirs, number, at)
    if not grounds:
        banned = membership.banned_at(theirs, number, at)
        state = StandingState.BANNED if banned else StandingState.OUTSIDE
        return ClubStanding(club=club.id, member_id=member_id, state=state)
    pause = membership.paused_at(theirs, number, at)
    return ClubStanding(
        club=club.id,
        member_id=member_id,
        state=StandingState.MEMBER if pause is None else StandingState.PAUSED,
        since=membership.since(theirs, number, at),
        until=membership.ends_at(theirs, number, at),
        renews=any(one.renews for one in grounds),
        paused_until=None if pause is None else pause.until_at,
    )
