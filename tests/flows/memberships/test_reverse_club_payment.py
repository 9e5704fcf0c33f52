"""A payment was taken back.

Also of service/flows/steps/clubs/paying.py.
"""

import datetime as dt

import pytest

from service.domain.clubs.errors import ClubNotFound, ClubPaymentNotFound
from service.domain.clubs.membership import Ended, belongs
from service.domain.clubs.steps import What
from tests.flows.membership_shop import Memberships, at_once
from tests.flows.shop import day


async def test_the_term_is_over_now_and_the_seat_is_free(table: Memberships) -> None:
    ola = await table.member("1")
    await table.pay(ola, "p-1")
    await table.shop.show(day(3))

    back = await table.reverse("p-1")

    assert back.body.reversed_at is not None
    assert day(3) <= back.body.reversed_at < day(3.01)
    assert await table.seats() == []
    assert await table.told(ola) == ["joined", "paid", "left", "payment-reversed"]
    kinds = [kind for kind, _, _ in await table.steps(ola)]
    assert kinds == [What.JOINED, What.PAID, What.LEFT, What.PAYMENT_REVERSED]


async def test_sent_again_or_by_many_at_once_it_is_taken_back_once(table: Memberships) -> None:
    ola = await table.member("1")
    await table.pay(ola, "p-1")

    answers = await at_once(*(table.reverse("p-1") for _ in range(4)))

    assert sorted(one.replayed for one in answers) == [False, True, True, True]
    assert len({one.body.reversed_at for one in answers}) == 1
    assert len(await table.told_of(ola, "payment-reversed")) == 1


async def test_who_is_in_on_another_ground_stays(table: Memberships) -> None:
    ola = await table.member("1")
    await table.pay(ola, "p-1")
    await table.let_in(ola)

    await table.reverse("p-1")

    assert await table.seats() == [ola]
    assert await table.told_of(ola, "left") == []
    assert await table.told_of(ola, "ground-ended") == [
        {"club": "roasters", "why": "reversed", "until": None}
    ]


async def test_terms_paid_ahead_move_up_so_that_nobody_paid_for_a_gap(table: Memberships) -> None:
    terrace, ola = table.of("terrace"), await table.member("1")
    await terrace.pay(ola, "one")
    second = await terrace.pay(ola, "two")
    third = await terrace.pay(ola, "three")
    await table.shop.show(day(5))

    one = await terrace.reverse("one")
    moved = [await terrace.pay(ola, "two"), await terrace.pay(ola, "three")]

    assert all(answer.replayed for answer in moved)
    assert moved[0].body.since == one.body.reversed_at
    assert moved[1].body.since == moved[0].body.until
    for before, after in zip((second, third), moved, strict=True):
        assert after.body.until - after.body.since == before.body.until - before.body.since
    assert await table.told_of(ola, "left") == []
    spans = await table.spans(ola)
    number = spans[0].club
    assert belongs(spans, number, moved[1].body.until - dt.timedelta(seconds=1))
    assert not belongs(spans, number, moved[1].body.until)


async def test_a_moved_term_can_be_taken_back_too(table: Memberships) -> None:
    terrace, ola = table.of("terrace"), await table.member("1")
    await terrace.pay(ola, "one")
    await terrace.pay(ola, "two")
    await terrace.reverse("one")

    back = await terrace.reverse("two")

    assert back.body.reversed_at is not None
    assert [data["why"] for data in await table.told_of(ola, "left")] == ["reversed"]
    assert (await terrace.reverse("one")).replayed
    assert (await terrace.reverse("two")).replayed


async def test_a_term_that_lies_ahead_is_taken_back_before_it_begins(table: Memberships) -> None:
    balcony, ola = table.of("balcony"), await table.member("1")
    first = await balcony.pay(ola, "one")
    await balcony.pay(ola, "two")

    await balcony.reverse("two")
    await table.shop.show(first.body.until)

    spans = await table.spans(ola)
    assert not belongs(spans, spans[0].club, first.body.until)
    await balcony.let_in(await table.member("2"))  # the seat is free then


async def test_long_after_its_term_only_the_payment_is_marked(table: Memberships) -> None:
    terrace, ola = table.of("terrace"), await table.member("1")
    paid = await terrace.pay(ola, "one")
    await table.shop.show(day(40))
    await table.advance()

    back = await terrace.reverse("one")

    (span,) = await table.spans(ola)
    assert (span.until_at, span.ended_why) == (paid.body.until, Ended.REVERSED)
    assert back.body.reversed_at is not None
    assert (await terrace.reverse("one")).replayed
    assert len(await table.told_of(ola, "left")) == 1


async def test_an_unknown_payment_or_one_of_another_club_is_not_found(table: Memberships) -> None:
    ola = await table.member("1")
    await table.pay(ola, "p-1")
    for club, refusal in (
        ("terrace", ClubPaymentNotFound),
        ("nothing", ClubNotFound),
    ):
        with pytest.raises(refusal):
            await table.of(club).reverse("p-1")
    with pytest.raises(ClubPaymentNotFound):
        await table.reverse("p-2")
