"""An application is approved or rejected.

Also of service/flows/steps/clubs/applying.py.
"""

import datetime as dt

import pytest

from service.domain.access.errors import ScopeMissing
from service.domain.clubs.errors import (
    ApplicationDecidedOtherwise,
    ApplicationNotFound,
    ClubNotFound,
)
from service.domain.clubs.stays import DecideApplication, Decided
from service.domain.clubs.steps import What
from service.domain.clubs.types import Entered, Ground
from service.kernel.answer import Answer
from service.kernel.ids import new_id
from tests.flows.membership_shop import APP, Memberships, at_once


async def test_who_is_approved_is_in_for_the_programs_term(table: Memberships) -> None:
    ola = await table.member("1")
    asked = (await table.apply(ola)).body

    decided = await table.decide(asked.id, Decided.APPROVED)

    (ground,) = await table.spans(ola)
    assert (decided.body.state, decided.body.note) == ("approved", "looked at")
    assert (ground.kind, ground.source) == (Ground.APPROVAL, asked.id)
    assert ground.until_at is not None
    assert ground.until_at.date() == dt.date(2026, 9, 2)  # six months
    assert await table.seats() == [ola]
    assert [kind for kind, _, _ in await table.steps(ola)] == [
        *(What.APPLIED, What.JOINED, What.APPROVED),
    ]


async def test_without_a_free_seat_they_wait_and_are_offered_one(table: Memberships) -> None:
    ola, jan = await table.full(2)
    eve = await table.member("9")
    asked = (await table.apply(eve)).body

    await table.decide(asked.id, Decided.APPROVED)
    await table.leave(jan)

    assert await table.seats() == [ola, eve]
    assert (await table.join(eve)).body.state is Entered.MEMBER
    assert (await table.told(eve))[-1] == "joined"
    assert (await table.spans(eve))[0].kind == Ground.APPROVAL


async def test_rejected_they_are_outside_and_may_ask_again(table: Memberships) -> None:
    ola = await table.member("1")
    asked = (await table.apply(ola)).body
    rejected = await table.decide(asked.id, Decided.REJECTED)
    assert rejected.body.state == "rejected"
    assert await table.spans(ola) == []
    assert (await table.apply(ola)).body.id != asked.id


async def test_two_who_decide_at_once_decide_once(table: Memberships) -> None:
    ola = await table.member("1")
    asked = (await table.apply(ola)).body

    answers = await at_once(
        table.decide(asked.id, Decided.APPROVED), table.decide(asked.id, Decided.REJECTED)
    )

    assert sum(isinstance(one, Answer) for one in answers) == 1
    assert sum(isinstance(one, ApplicationDecidedOtherwise) for one in answers) == 1
    assert len(await table.told_of(ola, "application-decided")) == 1


async def test_the_owner_decides_and_nobody_else_without_the_scope(table: Memberships) -> None:
    ola, jan = await table.full(2)
    await table.own(ola)
    eve = await table.member("9")
    asked = (await table.apply(eve)).body
    body = DecideApplication(decision=Decided.APPROVED)
    with pytest.raises(ScopeMissing):
        await table.verbs.decide_club_application(APP, "roasters", asked.id, body)
    with pytest.raises(ClubNotFound):
        await table.decide(asked.id, Decided.APPROVED, by=jan)

    decided = await table.decide(asked.id, Decided.REJECTED, by=ola)

    assert decided.body.state == "rejected"
    assert (await table.steps(eve))[-1] == (What.REJECTED, ola, None)
    assert (await table.decide(asked.id, Decided.REJECTED, by=ola)).replayed


async def test_an_application_of_another_club_is_not_found(table: Memberships) -> None:
    ola = await table.member("1")
    asked = (await table.apply(ola)).body
    for club, application in (("terrace", asked.id), ("roasters", new_id())):
        with pytest.raises(ApplicationNotFound):
            await table.of(club).decide(application, Decided.APPROVED)
