"""What members of a club have earlier."""

import datetime as dt

import msgspec
import pytest

from service.kernel.calendar import Duration, Unit, zone
from service.rules.clubs import EarlyAccess
from service.rules.compile import Program
from service.rules.decide import decide
from service.rules.decision import Refused
from service.rules.document import Validity
from service.rules.early import early_start
from service.rules.explain import Why, explain
from service.rules.facts import MemberFacts
from tests.rules.builders import (
    AT,
    campaign,
    cart,
    facts,
    gives,
    line,
    per_euro,
    percent,
    program,
    rule,
    shows,
    template,
)

WEEK = EarlyAccess("roasters", Duration(1, Unit.WEEK))
INSIDE = MemberFacts(clubs=("roasters",))
BOUGHT = cart(line(1000))
TICK = dt.timedelta(microseconds=1)


def test_it_starts_so_much_earlier_on_the_clock_on_the_wall() -> None:
    warsaw = zone("Europe/Warsaw")
    start = dt.datetime(2026, 10, 28, 23, tzinfo=dt.UTC)  # midnight, after the clocks changed
    assert early_start(WEEK, start, warsaw) == dt.datetime(2026, 10, 21, 22, tzinfo=dt.UTC)
    assert early_start(None, start, warsaw) is None
    assert early_start(WEEK, None, warsaw) is None


def dated(start: dt.datetime) -> Program:
    early = msgspec.structs.replace(
        campaign(rule("early", per_euro()), name="early"), from_at=start, early_access=WEEK
    )
    return program(campaign(rule("base", per_euro(2))), early)


@pytest.mark.parametrize(
    ("days", "ticks", "member", "points"),
    [
        (0, 0, None, 30),
        (7, 0, None, 20),
        (7, 0, INSIDE, 30),
        (7, 1, INSIDE, 20),
        (0, 1, INSIDE, 30),
        (0, 1, MemberFacts(clubs=("tasters",)), 20),
        (0, 1, MemberFacts(clubs_while=("roasters",)), 20),
    ],
)
def test_a_campaign_is_on_sooner_for_members_of_the_club(
    days: int, ticks: int, member: MemberFacts | None, points: int
) -> None:
    known = dated(AT + dt.timedelta(days=days) + ticks * TICK)
    assert decide(known, BOUGHT, facts(member)).earned() == {"points": points}
    assert (
        decide(known, BOUGHT, facts(INSIDE)).earned()["points"] >= points
    )  # the index keeps apart
    assert decide(known, BOUGHT, facts(member)).earned() == {"points": points}


def test_who_has_it_not_yet_is_told_that_it_is_outside_its_dates() -> None:
    known = dated(AT + TICK)
    of_outsider, of_member = (
        {one.rule: one for one in explain(known, BOUGHT, facts(who)).rules}["early"]
        for who in (None, INSIDE)
    )
    assert [one.why for one in of_outsider.reasons] == [Why.OUTSIDE_DATES]
    assert (of_member.fired, of_member.reasons) == (True, ())


def test_a_coupon_is_not_started_for_who_is_not_in_the_club() -> None:
    soon = Validity(from_at=AT + dt.timedelta(days=3))
    early = template("EARLY", discount=percent(10), valid=soon, early_access=WEEK)
    known = program(coupons=(early,))

    def refused(member: MemberFacts | None, at: dt.datetime = AT) -> list[Refused]:
        seen = facts(member, coupons=shows("EARLY"), at=at)
        return [one.reason for one in decide(known, BOUGHT, seen).not_applied]

    assert refused(INSIDE) == []
    assert refused(None) == [Refused.NOT_STARTED]
    assert refused(None, AT + dt.timedelta(days=3)) == []


def test_a_purchase_of_nobody_has_nothing_earlier() -> None:
    soon = Validity(from_at=AT + TICK)
    known = program(
        coupons=(template("EARLY", discount=percent(10), valid=soon, early_access=WEEK),)
    )
    seen = msgspec.structs.replace(facts(coupons=shows("EARLY")), member=None)
    assert [one.reason for one in decide(known, BOUGHT, seen).not_applied] == [Refused.NOT_STARTED]


def test_a_coupon_is_issued_so_that_the_club_may_use_it_sooner() -> None:
    soon = Validity(from_at=AT + dt.timedelta(days=9))
    mine = template("MINE", personal=True, discount=percent(10), valid=soon, early_access=WEEK)
    known = program(campaign(rule("a", gives("MINE"))), coupons=(mine,))
    (issued,) = decide(known, BOUGHT, facts()).issued
    assert issued.from_at == AT + dt.timedelta(days=2)
