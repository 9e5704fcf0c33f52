"""Tests of service/flows/activities/verbs.py: what members do that is no purchase, once each."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator

import msgspec
import pytest

from service.domain.access.errors import OwnWallet
from service.domain.activities.errors import (
    ActivityInTheFuture,
    ActivityKeyReused,
    ActivityTooOld,
)
from service.domain.activities.types import ActivityView, RecordActivity
from service.domain.members.errors import MemberNotFound, UnknownIdentifierKind
from service.flows.activities.record_activities import gate_key
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from service.kernel.values import Identifier
from tests.databases import Fresh
from tests.flows.merging import merge
from tests.flows.shop import SOURCE, TILL, Shop, another, card, day, goods, phone
from tests.flows.telling import activity, holder_of, known, record, tell
from tests.flows.test_concurrency import Two, outcome, patient, two_processes
from tests.waiting import blocked

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
async def two(database: Fresh) -> AsyncIterator[Two]:
    """Two processes with the program of the tests of verbs."""
    async with two_processes(database, SOURCE) as shops:
        yield shops


async def test_an_activity_is_recorded_with_all_that_was_told(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.show(day(1))

    told = await tell(shop, "r1", "1", "review-written", day(0.5), stars=5, text="ż", photo=True)

    assert told == ActivityView(
        id=told.id,
        member_id=ola,
        name="review-written",
        source="app",
        external_id="r1",
        occurred_at=day(0.5),
        recorded_at=told.recorded_at,
        attributes={"stars": 5, "text": "ż", "photo": True},
    )
    assert day(1) <= told.recorded_at < day(1) + 60 * SECOND
    assert (await shop.events(ola))[1:] == [
        (
            "activity.recorded",
            {
                "activity_id": str(told.id),
                "member_id": str(ola),
                "name": "review-written",
                "source": "app",
                "external_id": "r1",
                "occurred_at": "2026-03-02T22:00:00Z",
            },
        )
    ]


async def test_the_same_again_is_the_stored_answer_and_writes_nothing(shop: Shop) -> None:
    ola = (await shop.enrol("1", phone("5"))).id
    first = await record(shop, activity("a", ola, stars=5))
    before = await shop.tables()

    again = await record(shop, activity("a", (phone("5"),), stars=5))

    assert (first.replayed, again.replayed) == (False, True)
    assert again.body == first.body
    assert await shop.tables() == before


@pytest.mark.parametrize(
    "other",
    [
        activity("a", "1", stars=4),
        activity("a", "1", "visited", stars=5),
        activity("a", "1", "visit", day(0), stars=5),
    ],
)
async def test_other_content_under_a_natural_key_is_refused(
    shop: Shop, other: RecordActivity
) -> None:
    await shop.enrol("1")
    await tell(shop, "a", "1", stars=5)
    before = await shop.tables()

    with pytest.raises(ActivityKeyReused):
        await record(shop, other)

    assert await shop.tables() == before


async def test_another_source_has_keys_of_its_own(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id

    await tell(shop, "a", ola)
    await tell(shop, "a", ola, source="web")

    assert await known(shop, ola) == ["a", "a"]


async def test_a_refusal_leaves_everything_as_it_was_and_the_natural_key_free(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.show(day(100))
    before = await shop.tables()
    unknown_kind = (Identifier("passport", "1"),)
    for refused, error in (
        (activity("a", new_id()), MemberNotFound),
        (activity("a", unknown_kind), UnknownIdentifierKind),
        (activity("a", ola, at=day(9)), ActivityTooOld),
        (activity("a", ola, at=day(101)), ActivityInTheFuture),
    ):
        with pytest.raises(error):
            await record(shop, refused)
        assert await shop.tables() == before

    assert not (await record(shop, activity("a", ola))).replayed


async def test_it_may_be_as_old_as_a_purchase_and_its_clock_may_run_ahead(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.show(day(100))

    limit = day(10) + 3600 * SECOND  # noon of 90 local days ago; clocks changed meanwhile

    old = await tell(shop, "a", ola, at=limit + 60 * SECOND)
    with pytest.raises(ActivityTooOld):
        await tell(shop, "c", ola, at=limit - 60 * SECOND)
    ahead = (await record(shop, activity("b", ola, at=day(100) + 240 * SECOND))).body

    assert old.occurred_at == limit + 60 * SECOND
    assert day(100) <= ahead.occurred_at <= ahead.recorded_at  # nothing is in the future


async def test_the_first_identifier_that_matches_wins_and_a_second_owner_is_reported(
    shop: Shop,
) -> None:
    ola, jan = (await shop.enrol("1")).id, (await shop.enrol("2")).id

    told = await tell(shop, "a", (card("9"), card("1"), card("2")))
    plain = await tell(shop, "b", (card("9"), card("2")))

    assert (told.member_id, told.identifier_conflict) == (ola, True)
    assert (plain.member_id, plain.identifier_conflict) == (jan, False)
    assert (await record(shop, activity("a", "1"))).body == told


async def test_what_nobody_has_claimed_is_kept_with_one_holder_for_each_identifier(
    shop: Shop,
) -> None:
    first = await tell(shop, "a", "7")
    second = await tell(shop, "b", "7")
    other = await tell(shop, "c", "8")

    assert {one.member_id for one in (first, second, other)} == {None}
    holder = await holder_of(shop, first.id)
    assert await holder_of(shop, second.id) == holder
    assert await holder_of(shop, other.id) != holder
    assert [data["member_id"] for _, data in await shop.events(holder)] == [None, None]


async def test_purchases_and_activities_of_nobody_known_share_their_holder(shop: Shop) -> None:
    told = await tell(shop, "a", "7")
    await shop.buy("p", "7", goods(1000))

    async with shop.db.reading() as tx:
        buyer = await tx.connection.fetchval("select holder_id from purchase")
    assert await holder_of(shop, told.id) == buyer


async def test_a_late_one_belongs_to_whoever_held_the_identifier_then(shop: Shop) -> None:
    ola = (await shop.enrol("1", phone("5"))).id
    await shop.show(day(5))
    await shop.change(ola, remove=(phone("5"),))
    jan = (await shop.enrol(phone("5"))).id
    await shop.show(day(6))

    late = await tell(shop, "a", (phone("5"),), at=day(4))
    now = await tell(shop, "b", (phone("5"),))

    assert (late.member_id, now.member_id) == (ola, jan)


async def test_what_was_due_is_settled_before_it(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("p", ola, goods(1000), at=day(0))
    await shop.show(day(20))  # its points are usable since day 14

    await tell(shop, "a", ola)

    kinds = [kind for kind, _ in await shop.events(ola)]
    assert kinds[-2:] == ["points.released", "activity.recorded"]
    assert await shop.balance(ola) == (10, 0, 0)


async def test_staff_tell_nothing_of_themselves(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    herself = msgspec.structs.replace(TILL, own_member=ola)
    before = await shop.tables()

    for member in (ola, "1"):
        with pytest.raises(OwnWallet):
            await record(shop, activity("a", member), herself)

    assert await shop.tables() == before


async def test_of_a_merged_member_it_is_the_survivors(shop: Shop) -> None:
    ola, jan = (await shop.enrol("1")).id, (await shop.enrol("2")).id
    await merge(shop, ola, jan)

    by_id = await tell(shop, "a", jan)
    by_card = await tell(shop, "b", "2")

    assert (by_id.member_id, by_card.member_id) == (ola, ola)


async def test_a_batch_answers_each_item_and_one_refusal_stops_no_other(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    bodies = [
        activity("a", ola),
        activity("b", new_id()),
        activity("a", "1"),  # the same again
        activity("a", ola, "other"),
        activity("c", "7"),
        activity("d", "1"),
        activity("d", "1"),
    ]

    results = await shop.verbs.record_activity_batch(TILL, bodies)

    assert [_came(one) for one in results] == [
        *("done", "MemberNotFound", "replayed", "ActivityKeyReused", "done"),
        *("done", "replayed"),
    ]
    assert await shop.count("activity") == 3


async def test_items_of_one_member_are_recorded_in_their_order(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id

    await shop.verbs.record_activity_batch(TILL, [activity(f"{n}", ola) for n in range(20)])

    told = [data["external_id"] for kind, data in await shop.events(ola) if "activity" in kind]
    assert told == [str(n) for n in range(20)]


def test_requests_of_one_member_meet_at_the_gate() -> None:
    ola = new_id()

    assert gate_key(activity("a", ola)) == gate_key(activity("b", ola)) == ("holder", str(ola))
    assert gate_key(activity("a", (card("1"), card("2")))) == ("identifier", "card", "1")


async def test_one_hundred_identical_activities_are_one(two: Two) -> None:
    ola = (await two.one.enrol("1001")).id
    body = activity("k", ola)

    came = await asyncio.gather(*(outcome(record(two.of(n), body)) for n in range(100)))

    assert Counter(came) == {"done": 1, "replayed": 99}
    assert await two.other.count("activity") == await two.other.count("activity_key") == 1


async def test_of_different_members_and_contents_under_one_key_one_wins(two: Two) -> None:
    ola, jan = (await two.one.enrol("1001")).id, (await two.one.enrol("1002")).id
    bodies = [activity("k", (ola, jan)[n % 2], stars=n // 6) for n in range(30)]

    came = await asyncio.gather(
        *(outcome(record(two.of(n // 2), body)) for n, body in enumerate(bodies))
    )

    by_content = [Counter(came[n : n + 6]) for n in range(0, 30, 6)]
    lost = {ActivityKeyReused.__name__: 6}
    assert sorted(by_content, key=str) == sorted([{"done": 1, "replayed": 5}, *[lost] * 4], key=str)
    assert await two.one.count("activity") == 1


async def test_many_at_once_of_one_unknown_identifier_have_one_holder(two: Two) -> None:
    async def one(n: int) -> ActivityView:
        return (await patient(lambda: record(two.of(n), activity(f"{n}", "77")))).body

    told = await asyncio.gather(*(one(n) for n in range(40)))

    holders = {await holder_of(two.one, each.id) for each in told}
    assert (len(holders), await two.one.count("activity")) == (1, 40)
    assert await two.one.count("holder") == 1


async def test_of_a_busy_member_it_waits_and_holds_nobody_else_up(shop: Shop) -> None:
    ola, jan = (await shop.enrol("1")).id, (await shop.enrol("2")).id
    async with shop.db.transaction() as tx:
        await tx.connection.execute("select 1 from holder where holder_id = $1 for update", ola)
        waiting = asyncio.get_running_loop().create_task(tell(shop, "a", ola))
        await blocked(shop.db)
        others = await tell(shop, "b", jan)
    told = await waiting

    assert (told.member_id, others.member_id) == (ola, jan)


async def test_one_that_waits_while_its_member_is_merged_is_the_survivors(shop: Shop) -> None:
    ola, jan = (await shop.enrol("1")).id, (await shop.enrol("2")).id
    async with shop.db.transaction() as tx:
        await tx.connection.execute(
            "update holder set merged_into = $1 where holder_id = $2", ola, jan
        )
        waiting = asyncio.get_running_loop().create_task(tell(shop, "a", jan))
        await blocked(shop.db)

    assert (await waiting).member_id == ola


async def test_a_process_that_missed_a_version_looks_before_it_records(shop: Shop) -> None:
    """The newer program knows another kind of identifier."""
    behind = Shop(shop.db, another(shop.db))
    await behind.built.start()
    await shop.publish(SOURCE.replace("[card, phone]", "[card, phone, mail]"), None)
    await shop.show(day(1))

    told = await tell(behind, "a", (Identifier("mail", "ola@example.org"),))

    assert told.member_id is None


def _came(result: Answer[ActivityView] | ExpectedError) -> str:
    if isinstance(result, ExpectedError):
        return type(result).__name__
    return "replayed" if result.replayed else "done"
