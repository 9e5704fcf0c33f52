"""Out of everything that members belong to: clubs, the household, segments."""

import uuid

from service.domain.clubs import (
    applications,
    looking,
    membership,
    merging,
    owners,
    seats,
    spans,
    steps,
)
from service.domain.clubs.applications import State
from service.domain.clubs.membership import Ended
from service.domain.clubs.steps import What
from service.domain.clubs.types import LeftHow, OfferState
from service.domain.events.club_stays import ClubOwnerChanged
from service.domain.events.sharing import HouseholdLeft
from service.domain.households import store as households
from service.domain.households.errors import HeadCannotLeave
from service.domain.households.types import Role
from service.flows.steps.clubs import admitting, applying, entering, knowing, offering
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.clubs.leaving import Dismissal
from service.flows.steps.context import Context
from service.flows.steps.erasing.going import Going
from service.flows.steps.sharing import dissolving
from service.infra.db import Tx
from service.rules.clubs import Club


async def leave_household(tx: Tx, ctx: Context, going: Going) -> None:
    """HeadCannotLeave while others are in it; a head alone takes back what the pool has."""
    belongs = (await households.open_of(tx, [going.member_id])).get(going.member_id)
    if belongs is None:
        return
    people = await households.people(tx, belongs.household_id)
    others = [one for one in people if one.until_at is None and one != belongs]
    if belongs.role == Role.HEAD and others:
        raise HeadCannotLeave
    if belongs.role == Role.HEAD:
        pool = going.works[belongs.household_id]
        gone = await dissolving.dissolve(tx, ctx, pool, going.work, [belongs], going.actor)
        for work in (pool, going.work):
            work.emit(gone, going.together.at)
        return
    await households.end(tx, [belongs], going.work.at, going.actor)
    left = HouseholdLeft(
        household_id=belongs.household_id, member_id=going.member_id, removed=False
    )
    for work in (going.works[belongs.household_id], going.work):
        work.emit(left, going.together.at)


async def leave_clubs(tx: Tx, ctx: Context, going: Going) -> None:
    """Grounds, offers, places on lists, applications, ownership; seats are free after it."""
    circles = [
        Circle(going.work, knowing.club_numbered(ctx, number))
        for number in sorted(await _concerned(tx, going.member_id))
    ]
    with_seats = [one.number for one in circles if one.club and one.club.seats is not None]
    await seats.lock(tx, with_seats, going.work.now)
    for circle in circles:
        await circle.look(tx)
        await _leave_club(tx, ctx, going, circle)


async def _concerned(tx: Tx, member_id: uuid.UUID) -> set[int]:
    """Clubs in which the member is or was something, or wants to be."""
    theirs, owned = spans.ask_spans([member_id]), looking.ask_owned(member_id)
    await tx.ask_all([theirs, owned])
    been = {one.club for one in theirs.answer.get(member_id, ())}
    return been | owned.answer | (await merging.open_of(tx, member_id)).clubs


async def _leave_club(tx: Tx, ctx: Context, going: Going, circle: Circle) -> None:
    club, work, actor = circle.club, going.work, going.actor
    if club is None:
        raise AssertionError("a club without a definition")
    await _close_offer(tx, going, circle, club)
    if circle.waiting is not None:
        await entering.leave_list(tx, work, club, circle.waiting, LeftHow.WENT, actor)
    asked = None
    if circle.has_applied:
        asked = await applications.open_of(tx, going.member_id, club.number)
    if asked is not None:
        await applying.end(tx, circle, club, asked, State.WITHDRAWN, actor)
    over = membership.overdue(circle.spans, club.number, work.at)
    gone = [admitting.lapse(work, club, over)] if over else []
    gone.append(Dismissal(work=work, club=club, why=Ended.ERASED, actor=actor))
    await admitting.dismiss(tx, ctx, gone)
    if await owners.end(tx, [(club.number, going.member_id, work.at)]):
        work.emit(ClubOwnerChanged(club=club.id, owns=False), work.at)
        await steps.note(tx, [offering.step(work, club, What.OWNER_ENDED, actor)])


async def _close_offer(tx: Tx, going: Going, circle: Circle, club: Club) -> None:
    """What nobody took in time had ended by itself."""
    offer = circle.offer
    if offer is None or offer.state is not OfferState.OPEN:
        return
    if offer.stands(going.work.at):
        await entering.close(tx, going.work, club, offer, OfferState.WITHDRAWN, going.actor)
    else:
        await offering.lapse(tx, [(going.work, club, offer)])
