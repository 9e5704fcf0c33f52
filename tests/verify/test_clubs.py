"""Each way in which clubs can be wrong is found."""

import datetime as dt
from collections.abc import AsyncIterator

import pytest

from service.domain.clubs.types import CodeLets
from service.infra.db import Database
from service.verify.clubs import wrong_seat
from service.verify.report import Check
from tests.databases import Fresh, Server
from tests.flows.membership_shop import MEMBERSHIPS, Memberships
from tests.flows.shop import Shop, day, goods
from tests.verify.breaking import Broken


async def _make(url: str) -> None:
    """One is paid for, one was banned and is back, one waits, one is offered a place."""
    db = await Database.open(url)
    shop = await Shop.open(db)
    await shop.built.start()
    await shop.publish(MEMBERSHIPS)
    table = Memberships(shop)
    ola, jan, eve, ada, lea = await table.members(5)
    await table.pay(ola, "p-1")
    await table.ban(jan)
    await shop.show(day(1))
    await table.unban(jan)
    await shop.show(day(2))
    await table.pay(ola, "p-2")
    await table.let_in(jan)
    await table.apply(eve)
    link = await table.code(lets=CodeLets.APPLY, uses_max=3)
    for member in (ada, lea):
        await table.apply(member, code=link.code)
    await shop.adjust(ola, 100)
    await table.give(ola, 20)
    await table.invite(ada)
    await table.join(ada)
    await table.of("balcony").place(eve)
    await shop.buy("in", ola, goods(1_000))
    await shop.buy("out", ada, goods(1_000))
    await shop.built.gate.drain()
    await db.close()


@pytest.fixture(scope="session")
def clubbed(server: Server) -> Fresh:
    """A history of clubs; nothing is ever committed to it."""
    return server.filled(_make)


@pytest.fixture
async def broken_clubs(clubbed: Fresh) -> AsyncIterator[Broken]:
    """It in the hands of somebody who may do everything."""
    async with Broken.open(clubbed) as opened:
        yield opened


async def test_the_history_is_right(broken_clubs: Broken) -> None:
    assert await broken_clubs.said() == {}


PAID = "span_id = (select span_id from club_payment where reference = '{}')"


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (
            "update club_span set from_at = from_at - interval '1 day' where " + PAID.format("p-2"),
            "lie over one another",
        ),
        (
            "update club_span set from_at = from_at - interval '36 hours' where kind = 5",
            "lies in ban",
        ),
        ("delete from club_seat where due_at is null", "no seat is taken"),
        ("update club_seat set due_at = now() where due_at is not null", "is due"),
        (
            "insert into club_seat select 3, 9, holder_id, null from club_waiting",
            "seat 9 is taken for nothing",
        ),
        (
            "update club_payment set span_id = gen_random_uuid() where reference = 'p-1'",
            "its ground is not there",
        ),
        ("update club_payment set club = 2 where reference = 'p-1'", "is of another club"),
        (
            "update club_payment set span_id = s.span_id from club_span s where s.kind = 5",
            "its ground is not a paid one",
        ),
        (
            "update club_payment set paid_at = paid_at + interval '1 day' where reference = 'p-1'",
            "began before it was paid",
        ),
        (
            "update club set holder_id = null where holder_id is not null",
            "the other side is no pool of a club",
        ),
        (
            "update club_span set from_at = from_at + interval '30 days' where "
            + PAID.format("p-1"),
            "the member was not in the club",
        ),
        ("update club set last_place = 0 where last_place > 0", "place 1 was never given"),
        ("update club_code set used = 1", "its code was used 2 times, not 1"),
        ("update club_code set applies = false", "its code lets nobody apply"),
        ("update club_code set club = 2", "its code is of another club"),
        ("update club_code set code_id = gen_random_uuid()", "its code is not there"),
        ("update club_code set made_at = made_at + interval '1 hour'", "its code was no good then"),
        (
            "update club_span set from_at = from_at + interval '30 days' where "
            + PAID.format("p-1"),
            "it was decided for clubs ('roasters',) (), not () ()",
        ),
    ],
)
async def test_each_difference_is_found(broken_clubs: Broken, statement: str, text: str) -> None:
    assert text in (await broken_clubs.said(statement))[Check.CLUBS]


def test_only_a_seat_that_has_fallen_due_since_may_have_been_swept() -> None:
    due = day(9)

    def said(now: dt.datetime) -> str | None:
        return wrong_seat((), due, None, day(1), now)

    assert said(due - dt.timedelta(microseconds=1)) == "no seat is taken"
    assert said(due) is None


async def test_what_was_learnt_later_does_not_count(broken_clubs: Broken) -> None:
    later = dt.timedelta(days=5)
    await broken_clubs.connection.execute(
        "insert into club_span (holder_id, span_id, club, kind, from_at, actor_kind, actor_id,"
        " recorded_at) select holder_id, gen_random_uuid(), 2, 5, from_at, 1, 'x', $1"
        " from club_span where kind = 5",
        day(2) + later,
    )
    assert await broken_clubs.said() == {}
