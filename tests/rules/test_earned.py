"""What a priced cart earns besides awards: coupons issued, uses of limits."""

import datetime as dt

from service.kernel.calendar import Duration, Unit
from service.rules.decide import decide
from service.rules.decision import Decision, Issued
from service.rules.document import Budget, BudgetUnit, Limit, Validity
from service.rules.earned import earned, issued_by
from tests.rules.builders import (
    AT,
    campaign,
    cart,
    case,
    facts,
    fixed,
    gives,
    line,
    percent,
    program,
    rule,
    template,
)

BOUGHT = cart(line(1000))
DAY = dt.timedelta(days=1)


def issued(valid: Validity) -> list[tuple[dt.datetime, dt.datetime | None]]:
    gift = template("GIFT", discount=percent(10), personal=True, valid=valid)
    known = program(campaign(rule("r", gives("GIFT"))), coupons=(gift,))
    decision = decide(known, BOUGHT, facts())
    assert list(decision.issued) == issued_by(known, known.rules[0], facts())
    return [(one.from_at, one.until_at) for one in decision.issued]


def test_a_rule_gives_a_coupon_from_now_on() -> None:
    gift = template("GIFT", discount=percent(10), personal=True)
    known = program(campaign(rule("r", gives("GIFT"), limit=Limit(1))), coupons=(gift,))
    decision = decide(known, BOUGHT, facts())
    assert decision == Decision(
        issued=(Issued(campaign="base", rule="r", template="GIFT", from_at=AT),), uses=("r",)
    )


def test_how_long_a_coupon_lives() -> None:
    """30 days on by the clock on the wall: 08:40 UTC is 09:40 in Warsaw, and so it is then."""
    month = Duration(30, Unit.DAY)
    assert issued(Validity(lasts=month)) == [(AT, AT + 30 * DAY)]
    assert issued(Validity(until_at=AT + DAY)) == [(AT, AT + DAY)]
    assert issued(Validity(lasts=month, until_at=AT + DAY)) == [(AT, AT + DAY)]
    assert issued(Validity(lasts=month, from_at=AT + DAY)) == [(AT + DAY, AT + 30 * DAY)]
    assert issued(Validity(from_at=AT - DAY)) == [(AT, None)]


def test_a_template_that_is_over_is_not_given_any_more() -> None:
    assert issued(Validity(until_at=AT)) == []
    assert issued(Validity(from_at=AT + 2 * DAY, lasts=Duration(1, Unit.DAY))) == []


def test_a_budget_of_uses_pays_coupons_too() -> None:
    gift = template("GIFT", discount=percent(10), personal=True)
    budget = Budget(unit=BudgetUnit.USES, amount=5)
    known = program(
        campaign(rule("a", fixed(5)), rule("b", gives("GIFT"), limit=Limit(1)), budget=budget),
        coupons=(gift,),
    )
    assert decide(known, BOUGHT, facts()).demands == {"base": 2}
    one = decide(known, BOUGHT, facts(grants={"base": 1}))
    assert (one.issued, one.uses, one.earned()) == ((), (), {"points": 5})


def test_shares_that_are_known_are_not_counted_again() -> None:
    known = program(campaign(rule("r", fixed(5))))
    assert earned(known, case(BOUGHT, of=known), known.rules, []) == Decision()
    assert earned(known, case(BOUGHT, of=known), known.rules).earned() == {"points": 5}
