"""A member does not want to be let in any more."""

import pytest

from service.domain.clubs.errors import ApplicationDecidedOtherwise, ApplicationNotFound
from service.domain.clubs.stays import Decided
from service.kernel.ids import new_id
from tests.flows.membership_shop import Memberships


async def test_it_is_withdrawn_once_and_another_can_be_made(table: Memberships) -> None:
    ola = await table.member("1")
    asked = (await table.apply(ola)).body

    first = await table.withdraw_application(ola, asked.id)
    again = await table.of("roasters").apply(ola)

    assert (first.replayed, first.body.state) == (False, "withdrawn")
    assert again.body.id != asked.id
    assert (await table.withdraw_application(ola, asked.id)).replayed
    assert await table.told(ola) == ["applied", "application-decided", "applied"]


async def test_it_is_no_one_elses_and_what_is_decided_stays_so(table: Memberships) -> None:
    terrace = table.of("terrace")
    ola, jan = await table.members(2)
    asked = (await terrace.apply(ola)).body
    for member, application in ((jan, asked.id), (ola, new_id())):
        with pytest.raises(ApplicationNotFound):
            await terrace.withdraw_application(member, application)
    await terrace.decide(asked.id, Decided.REJECTED)
    with pytest.raises(ApplicationDecidedOtherwise):
        await terrace.withdraw_application(ola, asked.id)
