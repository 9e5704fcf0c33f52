"""What is no purchase: against the plain interpreter, and each promise with exact figures."""

import datetime as dt

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.kernel.calendar import Duration, Unit
from service.rules.clubs import ByRule, Club, EarlyAccess, Invitation
from service.rules.compile import compile_program
from service.rules.conditions import Belonging, Fact
from service.rules.conditions.belonging import Circle
from service.rules.decide import decide
from service.rules.decide_occasion import decide_occasion
from service.rules.decision import (
    Award,
    BadgeGiven,
    Credit,
    Decision,
    Floor,
    Invited,
    Issued,
    Told,
)
from service.rules.document import Budget, BudgetUnit, Limit, Rule, Validity, WhenOut
from service.rules.effects import Effect, GiveBadge, InviteToClub, TellEvent
from service.rules.facts import Facts, MemberFacts
from service.rules.grants import used
from service.rules.triggers import Direction, Occasion, On, Trigger
from service.rules.values import Test
from tests.rules import reference
from tests.rules.builders import (
    AT,
    POINTS,
    campaign,
    cart,
    document,
    facts,
    fixed,
    gives,
    lift,
    line,
    program,
    rule,
    template,
)
from tests.rules.strategies import INSTANTS, OCCASIONS, documents
from tests.rules.strategies import facts as some_facts

WEEK = Duration(1, Unit.WEEK)
ENROL = Trigger(on=On.ENROL)
ENROLLED = Occasion(on=On.ENROL, at=AT, ref="once")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_engine_and_the_plain_interpreter_decide_alike(data: st.DataObject) -> None:
    written = data.draw(documents(checkout=True))
    compiled = compile_program(written, 1, INSTANTS[0])
    for _ in range(6):
        occasion, seen = data.draw(OCCASIONS), data.draw(some_facts(written))
        found = decide_occasion(compiled, occasion, seen)
        assert found == reference.decide_occasion(written, occasion, seen)
        assert found == decide_occasion(compiled, occasion, seen)


def on(trigger: Trigger, *then: Effect, name: str = "one", **more: object) -> Rule:
    return msgspec.structs.replace(rule(name, *then, **more), trigger=trigger)  # type: ignore[arg-type]


def test_every_effect_is_given_as_of_the_instant_of_the_facts() -> None:
    wallet = msgspec.structs.replace(POINTS, pending=Duration(14, Unit.DAY))
    welcome = on(
        ENROL,
        fixed(50),
        fixed(25),
        lift("silver", WEEK),
        gives("MINE"),
        GiveBadge(at="$", badge="first"),
        InviteToClub(at="$", club="roasters"),
        TellEvent(at="$", name="hello", data={"by": "post"}),
    )
    coupons = (template("MINE", personal=True, valid=Validity(lasts=WEEK)),)
    compiled = program(campaign(welcome), wallets=(wallet,), coupons=coupons)
    later = AT + dt.timedelta(days=1)
    of = {"campaign": "base", "rule": "one"}

    assert decide_occasion(compiled, ENROLLED, facts(at=later)) == Decision(
        awards=(
            Award(
                wallet="points",
                points=75,
                available_at=later + dt.timedelta(days=14),
                expires_at=None,
            ),
        ),
        credits=(Credit(**of, effect="points", wallet="points", points=75, wanted=75),),
        floors=(Floor(**of, ladder="main", tier="silver", until_at=later + dt.timedelta(days=7)),),
        issued=(
            Issued(**of, template="MINE", from_at=later, until_at=later + dt.timedelta(days=7)),
        ),
        badges=(BadgeGiven(**of, badge="first"),),
        invites=(Invited(**of, club="roasters"),),
        told=(Told(**of, name="hello", data={"by": "post"}),),
    )


def test_purchases_and_other_occasions_do_not_ask_the_rule() -> None:
    compiled = program(campaign(on(ENROL, fixed(50))))
    birthday = Occasion(on=On.BIRTHDAY, at=AT, ref="2026-11-24")
    assert decide(compiled, cart(line(1000)), facts()) == Decision()
    assert decide_occasion(compiled, birthday, facts()) == Decision()
    assert decide_occasion(compiled, ENROLLED, facts()).earned() == {"points": 50}


def test_rules_of_purchases_are_not_asked_of_an_occasion() -> None:
    assert decide_occasion(program(campaign(rule("a", fixed(5)))), ENROLLED, facts()) == Decision()


def test_nobody_gets_nothing() -> None:
    compiled = program(campaign(on(ENROL, fixed(50))))
    assert decide_occasion(compiled, ENROLLED, Facts(at=AT)) == Decision()


@pytest.mark.parametrize(
    ("trigger", "fires"),
    [
        (Trigger(on=On.TIER_CHANGE, of="main"), True),
        (Trigger(on=On.TIER_CHANGE, of="habit"), False),
        (Trigger(on=On.TIER_CHANGE, of="main", to="gold"), True),
        (Trigger(on=On.TIER_CHANGE, of="main", to="silver"), False),
        (Trigger(on=On.TIER_CHANGE, of="main", direction=Direction.UP), True),
        (Trigger(on=On.TIER_CHANGE, of="main", direction=Direction.DOWN), False),
        (Trigger(on=On.TIER_CHANGE, of="main", to="gold", direction=Direction.DOWN), False),
    ],
)
def test_a_change_of_tier_is_told_from_another(trigger: Trigger, fires: bool) -> None:
    compiled = program(campaign(on(trigger, fixed(5))))
    attributes: dict[str, str | int | bool] = {"was": "silver", "now": "gold", "direction": "up"}
    changed = Occasion(on=On.TIER_CHANGE, of="main", at=AT, ref="x", attributes=attributes)
    assert bool(decide_occasion(compiled, changed, facts()).awards) is fires


def test_attributes_of_an_activity_are_asked_for_and_a_missing_one_is_no_value() -> None:
    stars = Fact(at="$", fact="activity.stars", test=Test(gte=4))
    review = Trigger(on=On.ACTIVITY, of="review")
    compiled = program(campaign(on(review, fixed(5), when=stars)))

    def given(**attributes: str | int | bool) -> dict[str, int]:
        done = Occasion(on=On.ACTIVITY, of="review", at=AT, ref="x", attributes=attributes)
        return decide_occasion(compiled, done, facts(occasion=done)).earned()

    assert given(stars=5) == {"points": 5}
    assert given(stars=3) == given() == given(stars="5") == given(stars=True) == {}


def test_a_campaign_is_on_by_the_instant_of_the_occasion() -> None:
    dated = msgspec.structs.replace(
        campaign(on(ENROL, fixed(5))), from_at=AT, until_at=AT + dt.timedelta(days=1)
    )
    compiled = program(dated)
    late = facts(at=AT + dt.timedelta(days=9))

    def given(minutes: int) -> bool:
        at = AT + dt.timedelta(minutes=minutes)
        return bool(decide_occasion(compiled, Occasion(on=On.ENROL, at=at, ref="x"), late).awards)

    assert [given(-1), given(0), given(1439), given(1440)] == [False, True, True, False]


def test_members_of_a_club_have_a_campaign_earlier() -> None:
    early = EarlyAccess("roasters", WEEK)
    start = AT + dt.timedelta(days=7)
    dated = msgspec.structs.replace(
        campaign(on(ENROL, fixed(5))), from_at=start, early_access=early
    )
    compiled = program(dated)
    member = MemberFacts(clubs=("roasters",))
    assert decide_occasion(compiled, ENROLLED, facts()) == Decision()
    assert decide_occasion(compiled, ENROLLED, facts(member)).earned() == {"points": 5}
    sooner = msgspec.structs.replace(ENROLLED, at=AT - dt.timedelta(microseconds=1))
    assert decide_occasion(compiled, sooner, facts(member)) == Decision()


def test_a_limit_counts_the_uses_there_were_and_this_one() -> None:
    compiled = program(campaign(on(ENROL, GiveBadge(at="$", badge="a"), limit=Limit(2))))
    assert decide_occasion(compiled, ENROLLED, facts(uses={"one": 1})).uses == ("one",)
    assert decide_occasion(compiled, ENROLLED, facts(uses={"one": 2})) == Decision()


def test_a_budget_is_asked_and_cuts_as_for_purchases() -> None:
    points = Budget(unit=BudgetUnit.POINTS, amount=100, wallet="points")
    compiled = program(campaign(on(ENROL, fixed(50)), budget=points))
    asked = decide_occasion(compiled, ENROLLED, facts())
    assert (asked.demands, asked.earned()) == ({"base": 50}, {"points": 50})
    trimmed = decide_occasion(compiled, ENROLLED, facts(grants={"base": 20}))
    assert (trimmed.demands, trimmed.earned()) == ({"base": 50}, {"points": 20})
    assert used(compiled, trimmed) == {"base": 20}


def test_a_budget_of_uses_pays_badges_invitations_and_events_whole() -> None:
    uses = Budget(unit=BudgetUnit.USES, amount=10, when_out=WhenOut.REJECT)
    effects: tuple[Effect, ...] = (
        GiveBadge(at="$", badge="a"),
        InviteToClub(at="$", club="roasters"),
        TellEvent(at="$", name="seen"),
    )
    rules = [on(ENROL, effect, name=f"r{n}") for n, effect in enumerate(effects)]
    compiled = program(campaign(*rules, budget=uses))
    assert decide_occasion(compiled, ENROLLED, facts()).demands == {"base": 3}
    two = decide_occasion(compiled, ENROLLED, facts(grants={"base": 2}))
    assert (len(two.badges), len(two.invites), len(two.told)) == (1, 1, 0)
    assert used(compiled, two) == {"base": 2}


def test_a_condition_may_ask_for_clubs_that_rest_on_a_rule() -> None:
    gold_only = Fact(at="$", fact="member.tier.main", test=Test(gte="gold"))
    clubs = (
        Club(
            at="$",
            id="roasters",
            enter=(Invitation(), ByRule(at="$", when=gold_only)),
            offer_for=WEEK,
        ),
    )
    inside = Belonging(at="$", to=Circle.CLUBS, has="roasters")
    written = msgspec.structs.replace(
        document(campaign(on(ENROL, fixed(5), when=inside))), clubs=clubs
    )
    compiled = compile_program(written, 1, AT)

    def given(**member: object) -> bool:
        seen = facts(MemberFacts(**member))  # type: ignore[arg-type]
        return bool(decide_occasion(compiled, ENROLLED, seen).awards)

    assert given(clubs=("roasters",))
    assert given(clubs_while=("roasters",), tiers={"main": "gold"})
    assert not given(clubs_while=("roasters",), tiers={"main": "silver"})
    assert not given(tiers={"main": "gold"})
