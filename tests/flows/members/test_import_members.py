"""Members of an earlier system. The clock shows 1 March 2026, 10:00 UTC, unless it is moved."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from service.domain.imports.errors import EnrolmentOutOfRange, OpeningInvalid, PartlyKnown
from service.domain.imports.types import Opening
from service.domain.members.errors import FieldInvalid, IdentifierTaken, UnknownIdentifierKind
from service.domain.members.types import Profile
from service.domain.wallets.errors import UnknownWallet
from service.flows.checkout import record_purchases
from service.flows.members.import_members import ImportMember, import_members
from service.kernel.answer import Answer
from service.kernel.values import Expiring, Identifier
from tests.flows.shop import TILL, Shop, bought, card, day, goods, phone


def january(number: int) -> dt.datetime:
    return dt.datetime(2026, 1, number, tzinfo=dt.UTC)


def february(number: int) -> dt.datetime:
    return dt.datetime(2026, 2, number, tzinfo=dt.UTC)


def joined(value: str, *opening: Opening, **fields: Any) -> ImportMember:
    """A member with a card since 10 January."""
    given: dict[str, Any] = {"identifiers": (card(value),), "enrolled_at": january(10), **fields}
    return ImportMember(opening=opening, **given)


async def brought_in(shop: Shop, *rows: ImportMember) -> list[Any]:
    return await import_members(shop.built.ctx, TILL, rows)


async def member(shop: Shop, row: ImportMember) -> Any:
    (answer,) = await brought_in(shop, row)
    assert isinstance(answer, Answer), answer
    assert not answer.replayed
    return answer.body.member_id


async def imported(shop: Shop, key: str, value: str, cents: int, at: dt.datetime) -> Any:
    """A purchase as an import records it: its own instant is the clock."""
    body = bought(key, value, goods(cents), at=at)
    command = record_purchases.command(TILL, body, at)
    (answer,) = await record_purchases.record_purchases(shop.built.ctx, [command], wait=True)
    assert isinstance(answer, Answer), answer
    return answer.body


async def test_a_member_keeps_their_date_and_is_known_by_their_identifiers(shop: Shop) -> None:
    profile = Profile(name="Ola", birth_date=dt.date(1992, 2, 29))
    row = joined("1", profile=profile, fields={"city": "Łódź"}, identifiers=(card("1"), phone("5")))

    member_id = await member(shop, row)

    view = await shop.reads.lookup((phone("5"),))
    assert view.id == member_id
    assert (view.profile, view.fields, view.enrolled_at) == (profile, {"city": "Łódź"}, january(10))
    ((kind, data),) = await shop.events(member_id)
    assert kind == "member.enrolled"
    assert data["enrolled_at"] == "2026-01-10T00:00:00Z"


async def test_purchases_imported_afterwards_are_in_time(shop: Shop) -> None:
    member_id = await member(shop, joined("1"))

    first = await imported(shop, "a", "1", 40_00, january(20))
    second = await imported(shop, "b", "1", 10_00, february(10))

    assert (first.late, second.late) == (False, False)
    # 40 were pending for 14 days, until 3 February; 10 are, until 24 February
    assert (first.wallets["points"].pending, first.wallets["points"].available) == (40, 0)
    assert (second.wallets["points"].pending, second.wallets["points"].available) == (10, 40)
    assert await shop.balance(member_id) == (50, 0, 0)
    released = [data for kind, data in await shop.events(member_id) if kind == "points.released"]
    assert len(released) == 1


async def test_opening_lots_keep_their_instants(shop: Shop) -> None:
    row = joined(
        "1",
        Opening(wallet="points", amount=100, earned_at=january(15)),
        Opening(wallet="points", amount=50, earned_at=january(12), expires_at=None),
        Opening(wallet="points", amount=30),
        Opening(wallet="stars", amount=7, expires_at=day(20)),
    )

    member_id = await member(shop, row)

    assert await shop.balance(member_id) == (180, 0, 0)
    assert await shop.balance(member_id, "stars") == (7, 0, 0)
    assert await shop.entries(member_id) == [
        ("opening", 30, 0, january(10)),  # with the enrolment
        ("opening", 50, 0, january(12)),
        ("opening", 100, 0, january(15)),
    ]
    # three months and to the end of the month in Warsaw: from 15 January to the end of April, and,
    # not knowing when the 30 were earned, from the import on 1 March to the end of June
    assert (await shop.wallets(member_id))["points"].expiring == (
        Expiring(expires_at=dt.datetime(2026, 4, 30, 22, tzinfo=dt.UTC), amount=100),
        Expiring(expires_at=dt.datetime(2026, 6, 30, 22, tzinfo=dt.UTC), amount=30),
        Expiring(expires_at=None, amount=50),
    )


async def test_an_opening_is_one_operation_with_one_event(shop: Shop) -> None:
    row = joined(
        "1", Opening(wallet="points", amount=5), Opening(wallet="status", amount=6)
    )  # fmt: skip

    member_id = await member(shop, row)

    events = await shop.events(member_id)
    assert [kind for kind, _ in events] == ["member.enrolled", "points.adjusted"]
    assert {(c["wallet"], c["amount"]) for c in events[1][1]["changes"]} == {
        ("points", 5),
        ("status", 6),
    }
    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch("select op_id::text, kind, note from operation")
    assert [tuple(one) for one in rows] == [
        (events[1][1]["operation_id"], 2, "opening balance"),
    ]


async def test_an_opening_lot_lapses_at_its_own_instant(shop: Shop) -> None:
    lot = Opening(wallet="points", amount=9, earned_at=january(12), expires_at=february(1))
    member_id = await member(shop, joined("1", lot))
    await shop.settle()
    assert await shop.entries(member_id) == [
        ("opening", 9, 0, january(12)),
        ("expired", -9, 0, february(1)),
    ]
    assert await shop.balance(member_id) == (0, 0, 0)


async def test_opening_units_of_a_qualifying_wallet_count_when_they_were_earned(shop: Shop) -> None:
    row = joined(
        "1",
        Opening(wallet="status", amount=250, earned_at=february(3)),
        Opening(wallet="status", amount=99, earned_at=january(20)),
        Opening(wallet="status", amount=1, earned_at=february(1)),
    )

    member_id = await member(shop, row)

    view = (await shop.reads.tier(member_id)).ladders["main"]
    assert [(step.from_at, step.tier) for step in view.history] == [
        (february(1), "silver"),  # 99 + 1
        (february(3), "gold"),  # 100 + 250
    ]
    changed = [data for kind, data in await shop.events(member_id) if kind == "tier.changed"]
    assert [(c["was"], c["now"]) for c in changed] == [("bronze", "silver"), ("silver", "gold")]


async def test_a_purchase_before_the_latest_opening_lot_is_decided_by_the_tier_of_its_day(
    shop: Shop,
) -> None:
    await member(shop, joined("1", Opening(wallet="status", amount=100, earned_at=february(1))))
    before = await imported(shop, "a", "1", 10_00, january(31))
    after = await imported(shop, "b", "1", 10_00, february(2))
    assert [m.amount for m in before.earned if m.wallet == "points"] == [10]
    assert [m.amount for m in after.earned if m.wallet == "points"] == [20]  # silver: twice
    assert (before.late, after.late) == (True, False)


async def test_who_is_there_stays_as_they_are(shop: Shop) -> None:
    row = joined("1", Opening(wallet="points", amount=5), identifiers=(card("1"), phone("5")))
    member_id = await member(shop, row)
    before = await shop.tables()

    for again in (row, joined("1"), joined("1", profile=Profile(name="Somebody"))):
        (answer,) = await brought_in(shop, again)
        assert (answer.replayed, answer.body.member_id) == (True, member_id)

    assert await shop.tables() == before


async def test_a_row_that_occurs_twice_is_one_member(shop: Shop) -> None:
    answers = await brought_in(shop, joined("1"), joined("2"), joined("1"))
    assert [answer.replayed for answer in answers] == [False, False, True]
    assert answers[0].body.member_id == answers[2].body.member_id
    assert await shop.count("member") == 2


async def test_two_imports_of_the_same_rows_at_once_make_each_member_once(shop: Shop) -> None:
    rows = [joined(str(n), Opening(wallet="points", amount=n + 1)) for n in range(50)]
    both = await asyncio.gather(brought_in(shop, *rows), brought_in(shop, *rows[::-1]))
    one = [answer.body.member_id for answer in both[0]]
    other = [answer.body.member_id for answer in both[1]]
    assert one == other[::-1]
    assert await shop.count("member") == 50
    assert [await shop.balance(m) for m in one] == [(n + 1, 0, 0) for n in range(50)]


async def test_identifiers_of_two_members_are_a_conflict(shop: Shop) -> None:
    await brought_in(shop, joined("1"), joined("2"))
    before = await shop.tables()
    (refusal,) = await brought_in(shop, joined("", identifiers=(card("1"), card("2"))))
    assert isinstance(refusal, IdentifierTaken)
    assert await shop.tables() == before


async def test_a_known_and_a_new_identifier_together_are_a_conflict(shop: Shop) -> None:
    await member(shop, joined("1"))
    before = await shop.tables()
    (refusal,) = await brought_in(shop, joined("", identifiers=(card("1"), phone("5"))))
    assert isinstance(refusal, PartlyKnown)
    assert refusal.kind == "phone"
    assert await shop.tables() == before


@pytest.mark.parametrize(
    ("row", "refusal"),
    [
        (joined("1", identifiers=(Identifier("tattoo", "1"),)), UnknownIdentifierKind),
        (joined("1", fields={"shoe_size": 44}), FieldInvalid),
        (joined("1", Opening(wallet="point", amount=1)), UnknownWallet),
        (joined("1", enrolled_at=day(5)), EnrolmentOutOfRange),
        (joined("1", Opening(wallet="points", amount=1, earned_at=day(0))), OpeningInvalid),
        (
            joined(
                "1",
                Opening(wallet="points", amount=1),
                Opening(wallet="points", amount=1, earned_at=january(12), expires_at=january(12)),
            ),
            OpeningInvalid,
        ),
    ],
)
async def test_a_row_that_is_wrong_is_refused_and_the_others_are_taken(
    row: ImportMember, refusal: type[Exception], shop: Shop
) -> None:
    answers: Sequence[Any] = await brought_in(shop, joined("2"), row, joined("3"))
    assert [type(answer) for answer in answers] == [Answer, refusal, Answer]
    assert await shop.count("member") == 2


async def test_purchases_recorded_before_are_credited(shop: Shop) -> None:
    await imported(shop, "a", "1", 40_00, february(1))
    await imported(shop, "b", "2", 10_00, february(2))

    one, two = await brought_in(
        shop, joined("1", Opening(wallet="status", amount=100)), joined("3")
    )

    assert (one.body.claimed, two.body.claimed) == (1, 0)
    # silver since 10 January: 40 euros are 80 points, of 1 February and so available
    assert await shop.balance(one.body.member_id) == (80, 0, 0)
    assert await shop.tier(one.body.member_id) == "silver"


async def test_an_identifier_that_is_not_verified_brings_no_purchases(shop: Shop) -> None:
    await imported(shop, "a", "1", 40_00, february(1))
    unsure = Identifier("card", "1", verified=False)
    (answer,) = await brought_in(shop, joined("1", identifiers=(unsure,)))
    assert answer.body.claimed == 0
    assert await shop.balance(answer.body.member_id) == (0, 0, 0)
