"""Applications as answers show them, and how one ends."""

import uuid

from service.domain.clubs import applications, steps
from service.domain.clubs.applications import Application, State
from service.domain.clubs.stays import ApplicationView
from service.domain.clubs.steps import What
from service.domain.events.club_stays import ClubApplicationDecided
from service.flows.steps.clubs import staying
from service.flows.steps.clubs.knowing import Circle
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.rules.clubs import Club

_WHAT = {
    State.APPROVED: What.APPROVED,
    State.REJECTED: What.REJECTED,
    State.WITHDRAWN: What.APPLICATION_WITHDRAWN,
}


def view(club: Club, one: Application) -> ApplicationView:
    """As it stands."""
    return ApplicationView(
        id=one.application_id,
        club=club.id,
        member_id=one.holder_id,
        state=State(one.state).name.lower(),
        words=one.words,
        asked_at=one.asked_at,
        decided_at=one.decided_at,
        note=one.note,
        code_id=one.code_id,
    )


async def end(
    tx: Tx,
    circle: Circle,
    club: Club,
    one: Application,
    state: State,
    actor: Actor,
    *,
    by_member: uuid.UUID | None = None,
    note: str | None = None,
) -> Application:
    """It is open no more; with the event and the history."""
    work = circle.work
    by = actor.id if by_member is None else str(by_member)
    ended = await applications.decide(tx, one, state, by, note, work.at)
    source = one.application_id
    noted = staying.step(circle, _WHAT[state], actor, by_member=by_member, source=source, note=note)
    await steps.note(tx, [noted])
    event = ClubApplicationDecided(club=club.id, application_id=source, decision=state.name.lower())
    work.emit(event, work.at)
    return ended
