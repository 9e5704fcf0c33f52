"""What a decision may know: of the person nothing that names them, of the past what is known.

Through purchases, as service/flows/steps/checkout/deciding.py loads it for them.
"""

import datetime as dt
import uuid
import zoneinfo

import pytest

from service.domain.members.store import MemberRow
from service.domain.members.types import Profile
from service.flows.steps.facts import member_facts
from tests.flows.shop import Shop, day, goods

WARSAW = zoneinfo.ZoneInfo("Europe/Warsaw")


def person(born: dt.date | None) -> MemberRow:
    profile = Profile(name="Ola", birth_date=born, country="PL")
    return MemberRow(uuid.UUID(int=1), day(0), profile, {"newsletter": True}, ())


def noon(year: int, month: int, number: int) -> dt.datetime:
    return dt.datetime(year, month, number, 12, tzinfo=WARSAW).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("born", "today", "expected"),
    [
        (dt.date(1992, 5, 7), noon(2026, 5, 7), (True, True)),
        (dt.date(1992, 5, 7), noon(2026, 5, 8), (False, True)),
        (dt.date(1992, 5, 7), noon(2026, 6, 7), (False, False)),
        (dt.date(1992, 2, 29), noon(2026, 2, 28), (True, True)),  # no 29th this year
        (dt.date(1992, 2, 29), noon(2028, 2, 28), (False, True)),
        (dt.date(1992, 2, 29), noon(2028, 2, 29), (True, True)),
        (dt.date(1992, 2, 29), noon(2100, 2, 28), (True, True)),  # no leap year either
        (None, noon(2026, 5, 7), (False, False)),
    ],
)
def test_a_birthday_is_of_the_local_day(
    born: dt.date | None, today: dt.datetime, expected: tuple[bool, bool]
) -> None:
    facts = member_facts(person(born), {}, today, WARSAW)

    assert (facts.is_birthday, facts.is_birthday_month) == expected


def test_the_day_begins_at_midnight_of_the_program() -> None:
    before_midnight = dt.datetime(2026, 5, 6, 21, 59, 59, tzinfo=dt.UTC)
    born = person(dt.date(1992, 5, 7))

    assert not member_facts(born, {}, before_midnight, WARSAW).is_birthday
    assert member_facts(born, {}, before_midnight + dt.timedelta(seconds=1), WARSAW).is_birthday


@pytest.mark.parametrize(("on", "days"), [(-5, 0), (0, 0), (0.5, 0), (0.6, 1), (30, 30)])
def test_days_since_enrolment_are_local_days(on: float, days: int) -> None:
    # 11:00 in Warsaw; 0.6 days later it is 1:24 of the next day
    assert member_facts(person(None), {}, day(on), WARSAW).enrolled_days == days


def test_nothing_that_names_a_person_is_kept() -> None:
    facts = member_facts(person(dt.date(1992, 5, 7)), {"main": "gold"}, day(0), WARSAW)

    assert facts.fields == {"newsletter": True}
    assert facts.tiers == {"main": "gold"}
    assert "Ola" not in repr(facts)
    assert "1992" not in repr(facts)


async def gifts(shop: Shop, key: str, member: uuid.UUID, on: float) -> int:
    """What the rule on history gives: 7 gifts for 100 EUR in the 30 days before."""
    receipt = await shop.buy(key, member, goods(100), at=day(on))
    return sum(m.amount for m in receipt.earned if m.wallet == "gifts")


async def test_history_is_what_was_bought_in_the_window_before_without_this(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    first = await shop.buy("a", ola, goods(10_000), at=day(0))

    assert "gifts" not in {m.wallet for m in first.earned}  # not its own
    # 30 local days, one hour less over the night of 29 March; both ends are open
    ends = 30 - 1 / 24
    given = [await gifts(shop, f"b{on}", ola, on) for on in (1, ends - 0.001, ends)]
    assert given == [7, 7, 0]


async def test_a_late_purchase_is_history_for_those_after_it_only(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.show(day(20))
    assert await gifts(shop, "a", ola, 20) == 0

    await shop.buy("b", ola, goods(10_000), at=day(10))

    assert await gifts(shop, "c", ola, 9) == 0
    assert await gifts(shop, "d", ola, 11) == 7
    assert (await shop.reads.purchase_by_key("web", "a")).wallets["gifts"].available == 0


async def test_a_limit_looks_both_ways(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.show(day(70))
    earned = {}
    for key, on in (("a", 40), ("b", 15), ("c", 9), ("d", 69)):
        receipt = await shop.buy(key, ola, goods(100, category="beans"), at=day(on))
        earned[key] = receipt.earned[0].amount

    # b lies within 30 days of a, which was recorded first; c and d do not
    assert earned == {"a": 51, "b": 1, "c": 51, "d": 1}


async def test_limits_are_each_members_own(shop: Shop) -> None:
    for number in range(2):
        member = (await shop.enrol(f"{number}")).id
        receipt = await shop.buy(f"a{number}", member, goods(100, category="beans"))
        assert receipt.earned[0].amount == 51
