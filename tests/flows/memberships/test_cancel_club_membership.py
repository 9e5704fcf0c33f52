"""A membership ends with its term, or may be renewed again."""

import pytest

from service.domain.clubs.errors import NothingToCancel, NotInClub
from service.domain.clubs.stays import StandingState
from tests.flows.membership_shop import Memberships
from tests.flows.shop import day


async def test_until_its_end_nothing_changes_and_then_it_is_over(table: Memberships) -> None:
    terrace, ola = table.of("terrace"), await table.member("1")
    paid = await terrace.pay(ola, "one")

    cancelled = (await terrace.cancel(ola)).body
    await table.shop.show(paid.body.until)

    assert (cancelled.state, cancelled.renews, cancelled.until) == (
        *(StandingState.MEMBER, False, paid.body.until),
    )
    assert (await terrace.leave(ola)).body.state is StandingState.OUTSIDE
    assert await table.told(ola) == ["joined", "paid", "cancelled"]


async def test_twice_is_once_and_it_can_be_taken_back(table: Memberships) -> None:
    terrace, ola = table.of("terrace"), await table.member("1")
    await terrace.pay(ola, "one")

    answers = [
        *(await terrace.cancel(ola), await terrace.cancel(ola)),
        *(await terrace.keep(ola), await terrace.keep(ola)),
    ]

    assert [(one.replayed, one.body.renews) for one in answers] == [
        *((False, False), (True, False), (False, True), (True, True)),
    ]
    assert await table.told(ola) == ["joined", "paid", "cancelled", "cancellation-taken-back"]


async def test_what_has_no_end_cannot_end_with_it(table: Memberships) -> None:
    terrace = table.of("terrace")
    ola, jan = await table.members(2)
    await terrace.let_in(ola)
    with pytest.raises(NothingToCancel):
        await terrace.cancel(ola)
    with pytest.raises(NotInClub):
        await terrace.cancel(jan)


async def test_a_term_that_staff_set_can_be_cancelled(table: Memberships) -> None:
    ola = await table.member("1")
    await table.let_in(ola, until=day(9))
    assert (await table.cancel(ola)).body.until == day(9)
