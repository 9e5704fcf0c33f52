"""Tiers in a purchase: decided by the one before it, moved by it, told once."""

import datetime as dt
import itertools
import uuid

import msgspec
import pytest

from service.kernel.values import Progress, TierNow
from tests.flows.shop import SOURCE, Shop, day, goods

HOUR = dt.timedelta(hours=1)
OTHERS = SOURCE.replace(
    "campaigns:\n",
    """\
  habit:
    qualify: {visits: true, within: {calendar: month}}
    tiers: [{id: guest, from: 0}, {id: regular, from: 2}]
  patron:
    qualify: {spend: true, within: {rolling: 30d}}
    downgrade: {when: at_once}
    tiers: [{id: friend, from: 0}, {id: patron, from: 50 EUR}]
  years:
    qualify: {spend: true, within: anniversary}
    tiers: [{id: first, from: 0}, {id: second, from: 80 EUR}]
campaigns:
""",
)


async def told(shop: Shop, member: uuid.UUID) -> list[tuple[str, str, str]]:
    """(ladder, was, now) of each change."""
    return [
        (data["ladder"], data["was"], data["now"])
        for kind, data in await shop.events(member)
        if kind == "tier.changed"
    ]


async def test_a_purchase_is_decided_by_the_tier_before_it(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id

    reaching = await shop.buy("a", ola, goods(10_000), at=day(0))
    after = await shop.buy("b", ola, goods(1000), at=day(0.1))

    assert reaching.earned[0].amount == 100
    assert reaching.tier == {"main": TierNow(id="silver", changed=True, next="gold", missing=200)}
    assert after.earned[0].amount == 20
    assert after.tier == {"main": TierNow(id="silver", changed=False, next="gold", missing=190)}


async def test_a_purchase_may_climb_two_steps_at_once(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id

    await shop.buy("a", ola, goods(30_000), at=day(0))

    assert await told(shop, ola) == [("main", "bronze", "gold")]


async def test_a_lift_acts_from_the_next_purchase_until_it_ends(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    lifted = await shop.buy("a", ola, goods(1000, category="piano"), at=day(0))
    ends = day(61) - HOUR  # two months, in summer time

    earned = [lifted.earned[0].amount]
    for key, at in (("b", day(1)), ("c", ends - HOUR), ("d", ends)):
        earned.append((await shop.buy(key, ola, goods(1000), at=at)).earned[0].amount)

    assert earned == [10, 20, 20, 10]
    assert await told(shop, ola) == [("main", "bronze", "gold"), ("main", "gold", "bronze")]


async def test_a_lift_is_a_floor_and_no_ceiling(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(1000, category="piano"), at=day(0))
    await shop.buy("b", ola, goods(15_000), at=day(1))  # silver by itself

    await shop.show(day(70))

    assert await shop.tier(ola) == "silver"


async def test_two_lifts_last_as_long_as_the_longer(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(100, category="piano"), at=day(0))
    await shop.buy("b", ola, goods(100, category="piano"), at=day(30))
    await shop.bring_back("r", "b")

    await shop.show(day(60))
    assert await shop.tier(ola) == "gold"
    await shop.show(day(62))
    assert await shop.tier(ola) == "bronze"


async def test_a_late_lift_acts_from_its_own_day(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.show(day(20))

    await shop.buy("a", ola, goods(1000, category="piano"), at=day(5))
    earned = [
        (await shop.buy(key, ola, goods(1000), at=day(on))).earned[0].amount
        for key, on in (("b", 4), ("c", 6))
    ]

    assert earned == [10, 20]
    assert await told(shop, ola) == [("main", "bronze", "gold")]


async def test_a_lift_that_is_over_when_it_is_recorded_lifts_nobody(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(100), at=day(70))

    receipt = await shop.buy("b", ola, goods(1000, category="piano"), at=day(1))

    assert receipt.tier == {"main": TierNow(id="bronze", changed=False, next="silver", missing=89)}
    assert await told(shop, ola) == []


async def test_in_order_and_by_replay_the_steps_are_the_same(shop: Shop) -> None:
    amounts = (4000, 7000, 25_000, 3000)
    histories = []
    for n, order in enumerate(itertools.islice(itertools.permutations(range(4)), 0, 24, 5)):
        member = (await shop.enrol(f"{n}")).id
        if n:  # the first in order, the others late
            await shop.show(day(40))
        for on in order if n else range(4):
            await shop.buy(
                f"{n}-{on}", member, goods(amounts[on], category="tobacco"),
                goods(amounts[on]), at=day(on * 5),
            )  # fmt: skip
        histories.append((await shop.reads.tier(member)).ladders["main"].history)

    assert [(s.from_at, s.tier) for s in histories[0]] == [(day(5), "silver"), (day(10), "gold")]
    assert all(history == histories[0] for history in histories)


async def test_a_change_of_the_past_is_told_when_it_becomes_known(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(6000), at=day(10))
    await shop.show(day(20))

    await shop.buy("b", ola, goods(6000), at=day(5))
    assert await told(shop, ola) == [("main", "bronze", "silver")]
    await shop.bring_back("r", "a")

    assert await told(shop, ola) == [("main", "bronze", "silver"), ("main", "silver", "bronze")]


async def progress(shop: Shop, member: uuid.UUID) -> dict[str, Progress]:
    ladders = (await shop.reads.tier(member)).ladders
    return {name: msgspec.structs.replace(view.progress, valid_until=None) for name, view in
            ladders.items() if name != "main"}  # fmt: skip


@pytest.fixture
async def many(empty_shop: Shop) -> Shop:
    """A program with ladders over visits, spend at once, and years since enrolment."""
    await empty_shop.publish(OTHERS)
    await empty_shop.show(day(-1))
    return empty_shop


async def test_ladders_count_visits_spend_and_years_each_its_own_way(many: Shop) -> None:
    ola = (await many.enrol("1")).id
    for key, on, amount in (("a", 0, 3000), ("b", 10, 2000), ("c", 40, 3000), ("d", 41, 0)):
        await many.buy(key, ola, goods(amount), at=day(on))

    # April: c alone, d was free; 30 days: c alone, b is of day 10; the year: all
    assert await progress(many, ola) == {
        "habit": Progress(tier="regular", total=1, next=None, missing=None, valid_until=None),
        "patron": Progress(
            tier="friend", total=3000, next="patron", missing=2000, valid_until=None
        ),
        "years": Progress(tier="second", total=8000, next=None, missing=None, valid_until=None),
    }
    assert await told(many, ola) == [
        ("habit", "guest", "regular"),
        ("patron", "friend", "patron"),
        ("patron", "patron", "friend"),
        ("years", "first", "second"),
    ]
    assert await many.faults() == []


async def test_a_tier_at_once_falls_the_moment_a_purchase_leaves_the_window(many: Shop) -> None:
    ola = (await many.enrol("1")).id
    await many.buy("a", ola, goods(3000), at=day(0))
    await many.buy("b", ola, goods(2000), at=day(10))
    falls = day(30) - HOUR

    await many.show(falls - HOUR)
    assert (await progress(many, ola))["patron"].tier == "patron"
    await many.show(falls)
    assert (await progress(many, ola))["patron"].tier == "friend"


async def test_a_return_moves_ladders_of_spend_and_visits(many: Shop) -> None:
    ola = (await many.enrol("1")).id
    await many.buy("a", ola, goods(6000, 2), at=day(0))
    await many.buy("b", ola, goods(3000), at=day(1))

    await many.bring_back("r", "a", {1: 1})
    after_half = await progress(many, ola)
    await many.bring_back("q", "a")
    after_all = await progress(many, ola)

    assert [(p.tier, p.total) for p in after_half.values()] == [
        *(("regular", 2), ("patron", 6000), ("first", 6000)),
    ]
    assert [(p.tier, p.total) for p in after_all.values()] == [
        *(("guest", 1), ("friend", 3000), ("first", 3000)),
    ]
    assert await many.faults() == []
