"""What quotes remember: whatever is done by whomever, the next quote is as if nothing had been.

One process asks again and again and so remembers; every act is another process's, and a process
that has seen nothing yet says what is right.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain.members.types import Profile
from service.flows.reads import remembered
from service.infra.db import Database
from service.kernel.values import Identifier
from tests.databases import Fresh, Server
from tests.flows import counter, coupon_shop
from tests.flows.remembering import (
    ACTS,
    CART,
    HOUR,
    HOURS,
    REMEMBERING,
    Act,
    Life,
    Mind,
    adjusts,
    bonus,
    buys_a_mug,
    buys_a_piano,
    buys_tea,
    is_given_a_coupon,
    live,
    moves,
)
from tests.flows.shop import card, day, goods


@pytest.fixture
async def mind(server: Server) -> AsyncIterator[Mind]:
    """A process that remembers."""
    fresh: Fresh = server.create()
    db = await Database.open(fresh.url)
    found = await Mind.open(db)
    yield found
    await found.elsewhere.built.gate.drain()
    await db.close()
    server.drop(fresh)


@pytest.mark.parametrize(
    "act", [buys_tea, buys_a_piano, buys_a_mug, adjusts, moves, is_given_a_coupon]
)
async def test_what_another_process_writes_shows_at_once(mind: Mind, act: Act) -> None:
    ola = (await mind.elsewhere.enrol("1")).id
    before = await mind.by_heart(ola)

    await act(mind.elsewhere, ola)

    assert await mind.again(ola) != before


async def test_a_return_shows_at_once(mind: Mind) -> None:
    ola = (await mind.elsewhere.enrol("1")).id
    bought = await buys_tea(mind.elsewhere, ola)
    before = await mind.by_heart(ola)
    assert bonus(before) & (16 | 32) == 16  # tea was bought, so it is not the first purchase

    await mind.elsewhere.bring_back("r1", bought.id)  # type: ignore[attr-defined]

    assert bonus(await mind.again(ola)) & (16 | 32) == 32


async def test_a_hold_of_units_its_release_and_its_time_out_show_at_once(mind: Mind) -> None:
    ola = (await mind.elsewhere.enrol("1")).id
    await mind.elsewhere.adjust(ola, 500)
    units = []

    async def look() -> None:
        units.append((await mind.by_heart(ola))["usable"].points["points"].available)

    await look()
    held = await counter.hold(mind.elsewhere, "c1", ola, *CART, points=300)
    await look()
    await counter.release(mind.elsewhere, held.id)
    await look()
    await counter.hold(mind.elsewhere, "c2", ola, *CART, points=400, hold_for=3600)
    await look()
    await mind.elsewhere.show(day(0) + dt.timedelta(seconds=3_700))
    units.append((await mind.again(ola))["usable"].points["points"].available)

    assert units == [500, 200, 500, 100, 500]


async def test_an_identifier_taken_by_another_member_is_the_others_at_once(mind: Mind) -> None:
    """Quotes of a card that nobody has, then Ola's; another's phone stays another's."""
    shop = mind.elsewhere
    nobody = await mind.ask((card("7"),))
    assert nobody["member_id"] is None
    ola = await shop.enrol("7")
    assert (await mind.again((card("7"),)))["member_id"] == ola.id
    await shop.buy("p1", "8", *CART)  # unclaimed
    await mind.ask((card("8"),))
    assert (await mind.again((card("8"),)))["member_id"] is None

    await shop.change(ola.id, add=(card("8"),))

    assert (await mind.again((card("8"),)))["member_id"] == ola.id
    assert (await mind.again(ola.id))["tier"] == (await mind.again((card("8"),)))["tier"]


@pytest.mark.parametrize(
    ("days", "before", "after"),
    [
        (2, 0, 44),  # usable
        (14, 44, 0),  # gone
    ],
)
async def test_what_falls_due_shows_without_a_write(
    mind: Mind, days: float, before: int, after: int
) -> None:
    """Pending for 2 days, gone 12 days after that; 44.00 paid is 44 points."""
    shop = mind.elsewhere
    ola = (await shop.enrol("1")).id
    await buys_tea(shop, ola)
    await shop.show(day(days - HOUR))
    seen = await mind.by_heart(ola)
    assert seen["usable"].points["points"].available == before

    await shop.show(day(days + HOUR))

    found = await mind.again(ola)
    assert found["usable"].points["points"].available == after


# which rules look at what: bits of bonus
@pytest.mark.parametrize(
    ("bit", "days"),
    [
        (8, 5.0),  # the spend of 5 days
        (16, 8.0),  # tea within 8 days
        (64, 4.0),  # twice in 4 days
        (128, 6.5417),  # once a week: from Monday, 11:00, to midnight
        (2, 6.0),  # the spend of 6 days is a tier
    ],
)
async def test_a_window_that_lets_go_shows_without_a_write(
    mind: Mind, bit: int, days: float
) -> None:
    """An hour before it and after it, on one day but for the last."""
    shop = mind.elsewhere
    ola = (await shop.enrol("1")).id
    for key in ("p1", "p2"):
        await shop.buy(key, ola, goods(4_000, category="tea"))
    await shop.show(day(days - HOUR))
    counted = bonus(await mind.by_heart(ola)) & bit

    await shop.show(day(days + HOUR))

    assert bonus(await mind.again(ola)) & bit == bit - counted


async def test_a_total_that_lets_go_shows_without_a_write(mind: Mind) -> None:
    """80 of status count for 20 days; with 44 more that is silver, from 100."""
    shop = mind.elsewhere
    ola = (await shop.enrol("1")).id
    await shop.buy("p1", ola, goods(8_000))
    await shop.show(day(20 - HOUR))
    assert (await mind.by_heart(ola))["tier"]["main"].id == "silver"

    await shop.show(day(20 + HOUR))

    assert (await mind.again(ola))["tier"]["main"].id == "bronze"


async def test_a_floor_that_ends_shows_without_a_write(mind: Mind) -> None:
    """Gold for 5 days gives the bonus of silver and better."""
    shop = mind.elsewhere
    ola = (await shop.enrol("1")).id
    await buys_a_piano(shop, ola)
    await shop.show(day(4.9))
    assert bonus(await mind.by_heart(ola)) & 1 == 1

    await shop.show(day(5.1))

    assert bonus(await mind.again(ola)) & 1 == 0


async def test_the_date_is_that_of_the_quote(mind: Mind) -> None:
    """Born on 4 March: day 2. Enrolled on day 0, three days with us from day 3, local midnight."""
    shop = mind.elsewhere
    ola = (await shop.enrol("1", profile=Profile(birth_date=dt.date(1990, 3, 4)))).id
    seen = []
    for hours in (24, 24 + 12, 24 + 14, 48 + 12, 48 + 14):
        await shop.show(day(hours * HOUR))
        seen.append(bonus(await mind.by_heart(ola)) & (256 | 512))

    assert seen == [0, 0, 256, 256, 512]


async def test_a_budget_is_asked_anew_each_time(mind: Mind) -> None:
    """50.00 off in all: 6.00 of each lamp of 30.00, whoever buys it."""
    shop = mind.elsewhere
    ola = (await shop.enrol("1")).id
    assert (await mind.by_heart(ola))["discount"] == 600

    await shop.buy("p1", None, goods(100))
    other = (await shop.enrol("2")).id
    await shop.buy("p2", other, goods(24_000, category="lamp"))  # 48.00 off
    left = await mind.by_heart(ola)

    assert left["discount"] == 200


async def test_a_published_version_asks_anew(mind: Mind) -> None:
    """It has a rule that looks back 9 days, and finds what was bought 7 days ago."""
    shop = mind.elsewhere
    ola = (await shop.enrol("1")).id
    await shop.buy("p1", ola, goods(9_000))
    await shop.show(day(7))
    assert bonus(await mind.by_heart(ola)) & 2048 == 0

    more = """
  - id: more
    rules:
      - id: zeal
        when: {history.spend: {within: 9d, gte: 50 EUR}}
        then: [{points: {wallet: bonus, fixed: 2048}}]
coupons:"""
    await shop.publish(REMEMBERING.replace("\ncoupons:", more), None)
    await shop.show(day(7 + HOUR))

    assert bonus(await mind.again(ola)) & 2048 == 2048


async def test_coupons_of_a_list_are_asked_for_each_time(mind: Mind) -> None:
    shop = mind.elsewhere
    ola = (await shop.enrol("1")).id
    await mind.by_heart(ola)
    given = await is_given_a_coupon(shop, ola)
    states = []

    async def look() -> None:
        listed = (await mind.again(ola))["usable"].coupons
        states.append([one.reason for one in listed])

    await look()
    await coupon_shop.void(shop, coupon_id=given.id)  # type: ignore[attr-defined]
    await look()
    await coupon_shop.reinstate(shop, coupon_id=given.id)  # type: ignore[attr-defined]
    await look()
    held = await counter.hold(shop, "c1", ola, *CART, coupons=(given.code,))  # type: ignore[attr-defined]
    await look()
    await counter.release(shop, held.id)
    await look()
    await counter.buy(shop, "p1", ola, *CART, coupons=(given.code,))  # type: ignore[attr-defined]
    await look()

    assert states == [[None], [], [None], ["needs_hold"], [None], []]


async def test_a_quote_changes_nothing_of_what_is_remembered(mind: Mind) -> None:
    """Not where the member would stand, not what units it paid with."""
    ola = (await mind.elsewhere.enrol("1")).id
    await mind.elsewhere.adjust(ola, 500)
    before = await mind.by_heart(ola)

    for _ in range(3):
        moved = await mind.ask(ola, goods(30_000, category="piano"), points=500)
        assert moved["tier"]["main"].id == "gold"
        assert moved["redeemed"][0].amount == 500

    assert await mind.ask(ola) == before


async def test_a_quote_for_another_instant_is_loaded(mind: Mind) -> None:
    ola = (await mind.elsewhere.enrol("1")).id
    await mind.elsewhere.show(day(3))
    await mind.by_heart(ola)
    before = len(mind.loaded)

    early = await mind.again(ola, occurred_at=day(1))

    assert bonus(early) & 512 == 0  # one day with us
    assert len(mind.loaded) == before + 1


async def test_the_clock_turned_back_is_not_answered_from_the_future(mind: Mind) -> None:
    ola = (await mind.elsewhere.enrol("1")).id
    await mind.elsewhere.show(day(3.5))
    assert bonus(await mind.by_heart(ola)) & 512 == 512

    await mind.elsewhere.show(day(1))

    assert bonus(await mind.again(ola)) & 512 == 0


async def test_who_was_asked_least_lately_is_forgotten_first(
    mind: Mind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "REMEMBERED_MAX", 2)
    ola, jan, eva = [(await mind.elsewhere.enrol(number)).id for number in ("1", "2", "3")]
    for member in (ola, jan, ola, eva):
        await mind.ask(member)
    before = len(mind.loaded)

    await mind.ask(ola)
    assert len(mind.loaded) == before
    await mind.ask(jan)
    assert len(mind.loaded) == before + 1


async def test_who_is_named_by_a_card_and_by_id_is_the_same(mind: Mind) -> None:
    ola = (await mind.elsewhere.enrol("1")).id
    known = await mind.by_heart(ola)
    before = len(mind.loaded)

    assert await mind.ask((Identifier("card", "1"),)) == known
    assert len(mind.loaded) == before


def test_what_is_remembered_is_what_would_be_loaded(server: Server) -> None:
    """Whatever a member does and however time goes by."""
    fresh = server.create()
    with asyncio.Runner() as runner:
        db = runner.run(Database.open(fresh.url))
        mind = runner.run(Mind.open(db))

        @settings(
            max_examples=25, derandomize=True, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(
            life=st.lists(
                st.tuples(st.sampled_from(ACTS), st.sampled_from(HOURS)), min_size=1, max_size=8
            )
        )
        def lives(life: Life) -> None:
            runner.run(live(mind, life))

        lives()
        runner.run(mind.elsewhere.built.gate.drain())
        runner.run(db.close())
    server.drop(fresh)
    assert len(mind.loaded) < mind.asked * 2 // 3  # or nothing was remembered
