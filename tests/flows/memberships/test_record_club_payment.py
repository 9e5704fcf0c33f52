"""A term of a club was paid for.

Also of service/domain/clubs/payments.py.
Also of service/flows/steps/clubs/admitting.py.
"""

import datetime as dt

import pytest

from service.domain.clubs.errors import (
    CannotBeInvited,
    ClubFull,
    ClubInstantInvalid,
    ClubNotFound,
    ClubPaymentReused,
    ClubPriceDiffers,
    EntryNotOffered,
)
from service.domain.clubs.stays import PaymentReceipt
from service.domain.clubs.steps import What
from service.domain.clubs.types import Entered
from service.kernel.answer import Answer
from tests.flows.membership_shop import APP, MEMBERSHIPS, Memberships, at_once
from tests.flows.shop import card, day, goods


def at(month: int, number: int, hour: int = 10) -> dt.datetime:
    """An instant of 2026, in UTC."""
    return dt.datetime(2026, month, number, hour, tzinfo=dt.UTC)


async def test_a_payment_gives_a_term_from_when_it_was_paid(table: Memberships) -> None:
    ola = await table.member("1")

    paid = await table.pay(ola, "p-1", paid_at=at(3, 1))

    assert (paid.replayed, paid.body.since, paid.body.until) == (
        *(False, at(3, 1), dt.datetime(2027, 3, 1, 10, tzinfo=dt.UTC)),
    )
    assert await table.seats() == [ola]
    assert [kind for kind, _, _ in await table.steps(ola)] == [What.JOINED, What.PAID]
    assert await table.times(ola) == [
        ("joined", at(3, 1)),
        ("paid", (await table.times(ola))[1][1]),
    ]


async def test_the_same_payment_again_is_the_same_answer_however_the_member_is_named(
    table: Memberships,
) -> None:
    ola, jan = await table.members(2)
    first = await table.pay(ola, "p-1", paid_at=at(3, 1))
    await table.ban(ola)
    before = await table.shop.tables()

    again = await table.pay((card("1"),), "p-1", paid_at=at(3, 1))

    assert (again.replayed, again.body.id, again.body.since) == (
        *(True, first.body.id, first.body.since),
    )
    for other in (
        table.pay(jan, "p-1", paid_at=at(3, 1)),
        table.pay(ola, "p-1", paid_at=at(3, 2)),
        table.pay(ola, "p-1"),
        table.of("terrace").pay(ola, "p-1", paid_at=at(3, 1)),
    ):
        with pytest.raises(ClubPaymentReused):
            await other
    assert await table.shop.tables() == before


async def test_one_payment_told_by_many_at_once_is_one_term(table: Memberships) -> None:
    ola = await table.member("1")

    answers: list[Answer[PaymentReceipt]] = await at_once(
        *(table.pay(ola, "p-1", paid_at=at(3, 1)) for _ in range(6))
    )

    assert sorted(one.replayed for one in answers) == [False, *[True] * 5]
    assert len({one.body.id for one in answers}) == 1
    assert len(await table.spans(ola)) == 1


async def test_one_reference_told_of_two_members_at_once_is_one_payment(
    table: Memberships,
) -> None:
    ola, jan = await table.members(2)

    answers = await at_once(table.pay(ola, "p-1"), table.pay(jan, "p-1"))

    assert sum(isinstance(one, ClubPaymentReused) for one in answers) == 1
    assert await table.shop.count("club_payment") == 1
    assert len(await table.spans(ola)) + len(await table.spans(jan)) == 1


async def test_a_renewal_begins_where_the_paid_term_ends_and_told_after_it_anew(
    table: Memberships,
) -> None:
    terrace, ola = table.of("terrace"), await table.member("1")
    await terrace.pay(ola, "march", paid_at=at(3, 1))
    await table.shop.show(at(3, 20))
    second = await terrace.pay(ola, "april")
    await table.shop.show(at(5, 10))
    third = await terrace.pay(ola, "may", paid_at=at(5, 9))

    # Warsaw's clocks change on 29 March: a month later is the same hour there
    assert (second.body.since, second.body.until) == (at(4, 1, 9), at(5, 1, 9))
    assert (third.body.since, third.body.until) == (at(5, 9), at(6, 9))
    assert await table.told_of(ola, "membership-extended") == [
        {"club": "terrace", "ground": "paid", "until": "2026-05-01T09:00:00Z"}
    ]
    assert [one for one in await table.times(ola) if one[0] in {"joined", "left"}] == [
        ("joined", at(3, 1)),
        ("left", at(5, 1, 9)),
        ("joined", at(5, 9)),
    ]


@pytest.mark.parametrize("job_ran", [True, False])
async def test_a_payment_told_late_comes_behind_the_term_it_was_paid_in(
    table: Memberships, job_ran: bool
) -> None:
    terrace, ola = table.of("terrace"), await table.member("1")
    await terrace.pay(ola, "march", paid_at=at(3, 1))
    await table.shop.show(at(4, 5))
    if job_ran:
        await table.advance()

    late = await terrace.pay(ola, "april", paid_at=at(3, 20))

    assert (late.body.since, late.body.until) == (at(4, 1, 9), at(5, 1, 9))


async def test_payments_told_out_of_order_lie_over_none_another(table: Memberships) -> None:
    terrace, ola = table.of("terrace"), await table.member("1")
    await table.shop.show(at(3, 25))
    await terrace.pay(ola, "second", paid_at=at(3, 20))

    first = await terrace.pay(ola, "first", paid_at=at(3, 1))

    assert (first.body.since, first.body.until) == (at(4, 20, 9), at(5, 20, 9))


async def test_a_payment_of_before_a_ban_that_was_lifted_begins_behind_the_ban(
    table: Memberships,
) -> None:
    """A ban lets nothing begin; the term that was paid for is whole all the same."""
    ola = await table.member("1")
    await table.shop.show(day(1))
    await table.ban(ola)
    await table.shop.show(day(3))
    lifted = await table.unban(ola)
    (ban,) = await table.spans(ola)

    paid = await table.pay(ola, "p-1", paid_at=day(0))

    assert not lifted.replayed
    assert paid.body.since == ban.until_at
    assert paid.body.until == paid.body.since.replace(year=2027)


async def test_who_paid_for_a_time_that_is_over_was_in_then_and_takes_no_seat(
    table: Memberships,
) -> None:
    balcony = table.of("balcony")
    jan, ola = await table.members(2)
    await table.shop.show(at(4, 20))
    await balcony.let_in(jan)

    paid = await balcony.pay(ola, "old", paid_at=at(3, 5))
    await table.advance()

    assert paid.body.until == at(4, 5, 9)
    assert await table.seats() == [jan]
    assert [one for one in await table.times(ola) if one[0] in {"joined", "left"}] == [
        ("joined", at(3, 5)),
        ("left", at(4, 5, 9)),
    ]


async def test_a_term_ends_at_its_instant_without_a_job(table: Memberships) -> None:
    ola = await table.member("1")
    await table.pay(ola, "p-1", paid_at=at(3, 2))
    end = dt.datetime(2027, 3, 2, 10, tzinfo=dt.UTC)
    await table.shop.show(end - dt.timedelta(seconds=2))
    inside = await table.shop.buy("in", ola, goods(1_000))
    await table.shop.show(end)
    outside = await table.shop.buy("out", ola, goods(1_000))

    assert (inside.total, outside.total) == (900, 1_000)


async def test_without_a_free_seat_a_payment_writes_nothing(table: Memberships) -> None:
    await table.full(2)
    ola = await table.member("9")
    before = await table.shop.tables()

    with pytest.raises(ClubFull):
        await table.pay(ola, "p-1")

    assert await table.shop.tables() == before


async def test_a_seat_somebody_else_waits_for_is_not_paid_for(table: Memberships) -> None:
    (ola,) = await table.full(1)
    jan, eve, ada = await table.members(3, 7)
    await table.let_in(jan, until=day(1))
    await table.invite(eve)
    assert (await table.join(eve)).body.state is Entered.WAITING
    await table.shop.show(day(1))  # a seat is free, and no job has run

    with pytest.raises(ClubFull):
        await table.pay(ada, "p-1")
    paid = await table.pay(eve, "p-2")

    assert paid.body.member_id == eve
    assert await table.seats() == [ola, eve]


async def test_of_many_who_pay_for_the_last_seat_one_has_it(table: Memberships) -> None:
    balcony = table.of("balcony")
    members = await table.members(6)

    answers = await at_once(*(balcony.pay(one, f"p-{one}") for one in members))

    assert sum(isinstance(one, Answer) for one in answers) == 1
    assert sum(isinstance(one, ClubFull) for one in answers) == 5
    assert await table.shop.count("club_payment") == 1
    assert len(await table.seats()) == 1


async def test_who_pays_on_does_not_need_another_seat_nor_ends_with_the_term(
    table: Memberships,
) -> None:
    balcony = table.of("balcony")
    ola = await table.member("1")
    await balcony.pay(ola, "p-1", paid_at=at(3, 1))
    await balcony.cancel(ola)

    await balcony.pay(ola, "p-2")

    assert await table.seats() == [ola]
    assert all(one.renews for one in await table.spans(ola))


async def test_another_price_is_refused_by_name(table: Memberships) -> None:
    ola = await table.member("1")
    with pytest.raises(ClubPriceDiffers) as refused:
        await table.pay(ola, "p-1", amount=2_800)
    assert refused.value.detail() == "a term costs 2900 minor units of EUR"
    with pytest.raises(ClubPriceDiffers):
        await table.pay(ola, "p-1", currency="PLN")


async def test_outsiders_of_a_hidden_club_are_told_of_none(table: Memberships) -> None:
    ola = await table.member("1")
    with pytest.raises(ClubNotFound):
        await table.pay(ola, "p-1", APP)
    with pytest.raises(ClubNotFound):
        await table.of("nothing").pay(ola, "p-1", APP)


async def test_who_has_paid_before_may_come_back_by_paying_unless_banned(
    table: Memberships,
) -> None:
    ola = await table.member("1")
    await table.pay(ola, "p-1")
    await table.shop.show(at(3, 3) + dt.timedelta(days=400))

    back = await table.pay(ola, "p-2", APP)
    await table.ban(ola)

    assert back.body.since >= at(3, 3) + dt.timedelta(days=400)
    with pytest.raises(ClubNotFound):
        await table.pay(ola, "p-3", APP)
    with pytest.raises(CannotBeInvited):
        await table.pay(ola, "p-3")


async def test_nobody_pays_ahead_of_time_or_for_the_far_past(table: Memberships) -> None:
    ola = await table.member("1")
    for when in (day(1), day(-91)):
        with pytest.raises(ClubInstantInvalid):
            await table.pay(ola, "p-1", paid_at=when)


async def test_a_club_that_costs_nothing_takes_no_payment(table: Memberships) -> None:
    ola = await table.member("1")
    free = MEMBERSHIPS.replace(", {paid: 10 EUR, term: 1 month}", "")
    await table.shop.publish(free, effective_from=None)
    await table.shop.show(day(1))
    with pytest.raises(EntryNotOffered):
        await table.of("terrace").pay(ola, "p-1", paid_at=day(0.9))
