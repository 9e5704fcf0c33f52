"""What a reward costs a member, and why he cannot have it."""

import datetime as dt

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.check import check_text
from service.rules.compile import Program, compile_program
from service.rules.conditions.history import Window
from service.rules.document import Budget, BudgetUnit, WhenOut
from service.rules.facts import Facts, MemberFacts, Past
from service.rules.rewards import CompiledReward, Unavailable, Unmet, WhyNot, scarce

AT = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)  # a Monday, 11:00 in Warsaw
MONTH = Window(Duration(30, Unit.DAY))
SOURCE = """\
program: {id: shop, timezone: Europe/Warsaw, currency: EUR}
channels: [web]
identifiers: [card]
member_fields: {newsletter: bool}
wallets: {points: {}, status: {qualifying: true}}
ladders:
  main:
    qualify: {wallet: status, within: lifetime}
    tiers: [{id: bronze, from: 0}, {id: silver, from: 1}, {id: gold, from: 2}, {id: onyx, from: 3}]
  habit:
    qualify: {visits: true, within: lifetime}
    tiers: [{id: guest, from: 0}, {id: regular, from: 10}]
rewards:
  mug: {price: 300, prices: {silver: 250, onyx: 100, regular: 200}, gives: {item: mug}, stock: 7}
  plain: {price: 300, gives: {item: plain}}
  dear: {price: 300, prices: {gold: 400}, gives: {item: dear}}
"""


def program(reward: str = "{price: 1, gives: {item: one}}") -> Program:
    checked = check_text(f"{SOURCE}  one: {reward}\n")
    assert checked.document is not None, checked.problems
    return compile_program(checked.document, 1, AT)


def facts(at: dt.datetime = AT, uses: int = 0, past: Past | None = None, **member: object) -> Facts:
    return Facts(
        at=at,
        member=MemberFacts(**member),  # type: ignore[arg-type]
        history={} if past is None else {MONTH.key(): past},
        uses={"one": uses} if uses else {},
    )


def why(reward: str, asked: Facts) -> tuple[WhyNot, ...]:
    of = program(reward)
    return of.rewards["one"].why_not(asked, of.terms)


@pytest.mark.parametrize(
    ("tiers", "price"),
    [
        ({}, 300),
        ({"main": "bronze"}, 300),
        ({"main": "silver"}, 250),
        ({"main": "gold"}, 250),  # has none of its own: that of the next below
        ({"main": "onyx"}, 100),
        ({"main": "gone"}, 300),  # a tier nobody knows is the lowest
        ({"habit": "regular"}, 200),
        ({"main": "silver", "habit": "regular"}, 200),  # the least of two ladders
        ({"main": "onyx", "habit": "regular"}, 100),
    ],
)
def test_the_price_is_that_of_the_tier_or_the_next_below_on_the_best_ladder(
    tiers: dict[str, str], price: int
) -> None:
    assert program().rewards["mug"].price(facts(tiers=tiers)) == price


def test_a_price_of_a_tier_wins_even_if_it_is_more() -> None:
    rewards = program().rewards
    assert rewards["dear"].price(facts(tiers={"main": "silver"})) == 300
    assert rewards["dear"].price(facts(tiers={"main": "onyx"})) == 400
    assert rewards["plain"].price(facts(tiers={"main": "onyx"})) == 300


def test_nothing_stands_against_a_reward_for_everybody() -> None:
    assert why("{price: 1, gives: {item: one}}", facts()) == ()


def test_its_days_are_local_and_half_open() -> None:
    reward = "{price: 1, gives: {item: one}, from: 2026-03-03, until: 2026-03-04}"
    start = dt.datetime(2026, 3, 2, 23, tzinfo=dt.UTC)
    end = dt.datetime(2026, 3, 4, 23, tzinfo=dt.UTC)
    tick = dt.timedelta(microseconds=1)
    assert why(reward, facts(start - tick)) == (WhyNot(reason=Unavailable.NOT_STARTED, at=start),)
    assert why(reward, facts(start)) == why(reward, facts(end - tick)) == ()
    assert why(reward, facts(end)) == (WhyNot(reason=Unavailable.OVER, at=end),)


@pytest.mark.parametrize(("uses", "refused"), [(0, False), (1, False), (2, True), (3, True)])
def test_the_limit_counts_what_he_had(uses: int, refused: bool) -> None:
    reward = "{price: 1, gives: {item: one}, limit: {times: 2, per: year}}"
    expected = (WhyNot(reason=Unavailable.LIMIT),) if refused else ()
    assert why(reward, facts(uses=uses)) == expected


def test_uses_of_a_reward_without_a_limit_do_not_count() -> None:
    assert why("{price: 1, gives: {item: one}}", facts(uses=9)) == ()


def test_a_tier_that_is_missing_is_told_as_such() -> None:
    reward = "{price: 1, gives: {item: one}, when: {member.tier.main: {at_least: gold}}}"
    unmet = Unmet(condition="member.tier.main", want=">= 'gold'", got="silver")
    assert why(reward, facts(tiers={"main": "silver"})) == (
        WhyNot(reason=Unavailable.NEEDS_TIER, conditions=(unmet,)),
    )
    assert why(reward, facts(tiers={"main": "onyx"})) == ()


@pytest.mark.parametrize(
    ("when", "unmet"),
    [
        (
            "{member.tier.main: gold, member.newsletter: true}",
            [
                ("member.tier.main", "= 'gold'", "bronze"),
                ("member.newsletter", "= true", "nothing"),
            ],
        ),
        (
            "{any: [{member.newsletter: true}, {history.spend: {within: 30d, gte: 50 EUR}}]}",
            [("member.newsletter", "= true", "nothing"), ("history.spend", ">= 5000", "4999")],
        ),
        ("{not: {now.weekday: mon}}", [("now.weekday", "not = 'mon'", "mon")]),
        ("{now.time: {from: '06:00', to: '11:00'}}", [("now.time", "06:00-11:00", "11:00")]),
        (
            # of what must not be, only what is so is told
            "{not: {any: [{now.weekday: mon}, {now.weekday: sun}]}}",
            [("now.weekday", "not = 'mon'", "mon")],
        ),
        (
            "{not: {not: {member.newsletter: true}}}",
            [("member.newsletter", "= true", "nothing")],
        ),
    ],
)
def test_what_of_the_condition_fails_is_told(when: str, unmet: list[tuple[str, str, str]]) -> None:
    (found,) = why(f"{{price: 1, gives: {{item: one}}, when: {when}}}", facts(past=Past(4999, 2)))
    assert found.reason is Unavailable.NOT_ELIGIBLE
    assert [(one.condition, one.want, one.got) for one in found.conditions] == unmet


def test_every_reason_is_told() -> None:
    reward = (
        "{price: 1, gives: {item: one}, until: 2026-02-01, limit: {times: 1}, "
        "when: {member.newsletter: true}}"
    )
    assert [one.reason for one in why(reward, facts(uses=1))] == [
        Unavailable.OVER,
        Unavailable.NOT_ELIGIBLE,
        Unavailable.LIMIT,
    ]


@pytest.mark.parametrize(
    ("available", "left", "expected"),
    [
        (100, None, ()),
        (100, 1, ()),
        (99, None, (WhyNot(reason=Unavailable.NOT_ENOUGH, missing=1),)),
        (100, 0, (WhyNot(reason=Unavailable.OUT_OF_STOCK),)),
        (
            0,
            0,
            (
                WhyNot(reason=Unavailable.OUT_OF_STOCK),
                WhyNot(reason=Unavailable.NOT_ENOUGH, missing=100),
            ),
        ),
    ],
)
def test_stock_and_units_have_to_be_there(
    available: int, left: int | None, expected: tuple[WhyNot, ...]
) -> None:
    assert scarce(100, available, left) == expected


def test_it_says_which_windows_of_the_past_it_reads() -> None:
    spend, purchases = (
        f"{{history.{of}: {{within: 30d, gte: {least}}}}}"
        for of, least in (("spend", "1 EUR"), ("purchases", "1"))
    )
    of = program(f"{{price: 1, gives: {{item: one}}, when: {{any: [{spend}, {purchases}]}}}}")
    compiled: CompiledReward = of.rewards["one"]
    assert compiled.windows == (MONTH,)
    assert program().rewards["one"].windows == ()


def test_what_a_reward_reads_no_purchase_has_to_load() -> None:
    when = "{history.spend: {within: 30d, gte: 1 EUR}, member.newsletter: true}"
    compiled = program(f"{{price: 1, gives: {{item: one}}, when: {when}}}")
    assert (compiled.windows, compiled.reads_member) == ((), False)


def test_a_stock_is_a_budget_beside_those_of_campaigns() -> None:
    stock = Budget(unit=BudgetUnit.USES, amount=7, when_out=WhenOut.REJECT)
    assert program().budgets == {"reward:mug": stock}


CLUBS = "clubs: {table: {enter: [invitation, {rule: {history.spend: {within: 30d, gte: 1 EUR}}}]}}"


def clubs(reward: str) -> Program:
    checked = check_text(f"{SOURCE}  one: {reward}\n{CLUBS}\n")
    assert checked.document is not None, checked.problems
    return compile_program(checked.document, 1, AT)


def test_a_reward_may_be_for_members_of_a_club() -> None:
    of = clubs("{price: 1, gives: {item: one}, when: {member.clubs: {has: table}}}")
    reward = of.rewards["one"]
    assert (reward.reads_clubs, reward.windows) == (True, (MONTH,))
    assert not of.rewards["mug"].reads_clubs
    assert reward.why_not(facts(clubs=("table",)), of.terms) == ()
    assert reward.why_not(facts(past=Past(spend=100), clubs_while=("table",)), of.terms) == ()
    (found,) = reward.why_not(facts(clubs_while=("table",)), of.terms)
    unmet = Unmet(condition="member.clubs", want="in 'table'", got="nothing")
    assert found == WhyNot(reason=Unavailable.NOT_ELIGIBLE, conditions=(unmet,))


def test_a_reward_that_asks_for_activities_says_how_many_there_were() -> None:
    of = clubs("{price: 1, gives: {item: one}, when: {activity.count: {name: visit, gte: 3}}}")
    assert [one.key() for one in of.rewards["one"].activity_windows] == ["visit|ever"]
    (found,) = of.rewards["one"].why_not(facts(), of.terms)
    assert found.conditions == (Unmet(condition="activity.count", want=">= 3", got="0"),)


def test_members_of_a_club_may_have_a_reward_earlier() -> None:
    day = (AT + dt.timedelta(days=5)).date()
    of = clubs(
        f"{{price: 1, gives: {{item: one}}, from: {day}, early_access: {{club: table, by: 7d}}}}"
    )
    reward = of.rewards["one"]
    assert reward.reads_clubs
    assert reward.why_not(facts(clubs=("table",)), of.terms) == ()
    (found,) = reward.why_not(facts(), of.terms)
    assert (found.reason, found.at) == (Unavailable.NOT_STARTED, reward.reward.from_at)
    (before,) = reward.why_not(facts(AT - dt.timedelta(days=3), clubs=("table",)), of.terms)
    assert before.reason is Unavailable.NOT_STARTED
